@NullMarked
package io.fieldwatch.ingest.mqtt;

import org.jspecify.annotations.NullMarked;
