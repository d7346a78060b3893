package io.fieldwatch.journal;

import io.fieldwatch.telemetry.Metric;

/** What a log reports. */
public enum JournalMetric implements Metric {
    ENTRIES("journal_entries", "Entries on stable storage.", true),
    BYTES("journal_bytes", "Bytes of entries on stable storage.", true),
    FORCES("journal_forces", "Times the disk was asked to make everything written durable.", true),
    FORCE_MICROS("journal_force_micros", "Microseconds spent waiting for that.", true),
    REFUSED("journal_refused", "Entries not taken for lack of room or after a failure.", true),
    KEPT_BYTES("journal_kept_bytes", "Bytes of the files kept now.", false),
    BUDGET_BYTES("journal_budget_bytes", "Bytes the files may take.", false),
    SEGMENTS_TRIMMED("journal_segments_trimmed", "Files deleted behind the slowest reader.", true),
    FAILED("journal_failed", "1 after the disk refused to write or force.", false);

    private final String metricName;
    private final String help;
    private final boolean counter;

    JournalMetric(String metricName, String help, boolean counter) {
        this.metricName = metricName;
        this.help = help;
        this.counter = counter;
    }

    @Override
    public String metricName() {
        return metricName;
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public boolean counter() {
        return counter;
    }
}
