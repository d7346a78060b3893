/** JMH benchmarks and the end-to-end rate harness; nothing depends on it. */
@NullMarked
package io.fieldwatch.bench;

import org.jspecify.annotations.NullMarked;
