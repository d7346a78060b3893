/**
 * Durable, bounded, replayable log of blocks on local disk.
 *
 * <p>{@link io.fieldwatch.journal.SegmentLog} keeps opaque entries and is the whole mechanism: group commit, segments,
 * recovery, readers, trimming. {@link io.fieldwatch.journal.LocalObservationLog} is the observation log on top of it and
 * remembers the device numbers. {@link io.fieldwatch.journal.JournalConfig} holds every limit of either. Both say how full they are
 * ({@link io.fieldwatch.journal.Budget}) and whether they are well ({@link io.fieldwatch.journal.LogHealth}).
 * {@link io.fieldwatch.journal.JournalInspection} looks at the files of any log, in use or not.
 */
@NullMarked
package io.fieldwatch.journal;

import org.jspecify.annotations.NullMarked;
