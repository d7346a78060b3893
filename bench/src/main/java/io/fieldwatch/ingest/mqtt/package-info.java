/** Benchmarks of what the endpoint keeps to itself, in its own package so that nothing of it has to be public for them. */
@NullMarked
package io.fieldwatch.ingest.mqtt;

import org.jspecify.annotations.NullMarked;
