package io.fieldwatch.journal;

import io.fieldwatch.telemetry.Metric;

/** What a log reports; see {@link SegmentLog#metrics}. */
public enum JournalMetric implements Metric {
    APPENDED_BYTES("journal_appended_bytes", "Bytes put on stable storage, framing included.", true),
    APPENDED_ENTRIES("journal_appended_entries", "Entries put on stable storage.", true),
    REFUSED_ENTRIES("journal_refused_entries", "Entries not taken: queue or budget full, log failed or closed.", true),
    FORCES("journal_forces", "Group commits; entries by forces is the size of a group.", true),
    FORCE_NANOS("journal_force_nanoseconds", "Time spent waiting for the disk in group commits.", true),
    ROLLS("journal_rolls", "Segments begun.", true),
    ROLL_NANOS("journal_roll_nanoseconds", "Time the journal's thread spent on beginning segments.", true),
    TRIMMED_SEGMENTS("journal_trimmed_segments", "Segments deleted behind the slowest durable reader.", true),
    TRIM_FAILURES("journal_trim_failures", "Attempts to delete a segment that failed; tried again later.", true),
    PREPARE_FAILURES(
            "journal_prepare_failures",
            "Attempts to prepare the next segment that failed; tried again each second.",
            true),
    KEPT_BYTES("journal_kept_bytes", "Bytes of the segment files kept, allocated ones included.", false),
    BUDGET_BYTES("journal_budget_bytes", "Bytes the segment files may take.", false),
    BACKLOG_BYTES("journal_backlog_bytes", "Bytes that the slowest durable reader has not released.", false),
    ROOM_BYTES("journal_room_bytes", "Bytes the log would still take if its readers released nothing more.", false),
    BUDGET_STATE("journal_budget_state", "How full the log is: 0 GREEN, 1 AMBER, 2 RED, 3 FULL.", false),
    MINUTES_TO_FULL(
            "journal_minutes_to_full",
            "Minutes until the log is full at the rate of the last minute; -1 when it is not filling.",
            false),
    DAMAGED("journal_damaged", "1 since a reader met a damaged entry; an operator has to act.", false),
    FAILED("journal_failed", "1 when the disk failed and the log takes nothing until a restart.", false);

    private final Description description;

    JournalMetric(String name, String help, boolean counter) {
        description = new Description(name, help, counter);
    }

    @Override
    public Description description() {
        return description;
    }
}
