/** Durable, bounded, replayable log of blocks on local disk. */
@NullMarked
package io.fieldwatch.journal;

import org.jspecify.annotations.NullMarked;
