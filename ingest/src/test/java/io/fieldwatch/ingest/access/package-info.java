@NullMarked
package io.fieldwatch.ingest.access;

import org.jspecify.annotations.NullMarked;
