/** Bytes in, valid observations out: the MQTT endpoint and the payload codecs. */
@NullMarked
package io.fieldwatch.ingest;

import org.jspecify.annotations.NullMarked;
