@NullMarked
package io.fieldwatch.ingest;

import org.jspecify.annotations.NullMarked;
