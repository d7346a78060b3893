/**
 * Bytes in, valid observations out: payload codecs and the gathering of blocks. What speaks a protocol is in sub-packages
 * and meets this one in three types: an {@link io.fieldwatch.ingest.Intake} for the process, a
 * {@link io.fieldwatch.ingest.BlockBuilder} for each event loop, and a {@link io.fieldwatch.ingest.TopicRoute} for each
 * topic.
 */
@NullMarked
package io.fieldwatch.ingest;

import org.jspecify.annotations.NullMarked;
