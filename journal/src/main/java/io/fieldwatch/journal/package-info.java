/**
 * Durable, bounded, replayable log of blocks on local disk.
 *
 * <p>{@link io.fieldwatch.journal.SegmentLog} keeps opaque entries and is the whole mechanism: group commit, segments,
 * recovery, readers, trimming. {@link io.fieldwatch.journal.LocalObservationLog} is the observation log on top of it and
 * remembers the device numbers. {@link io.fieldwatch.journal.JournalConfig} holds every limit of either.
 */
@NullMarked
package io.fieldwatch.journal;

import org.jspecify.annotations.NullMarked;
