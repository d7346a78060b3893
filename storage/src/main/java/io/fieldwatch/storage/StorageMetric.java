package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Metric;

/** What the storage module counts. Everything about rows is counted once their transaction is known to be committed. */
public enum StorageMetric implements Metric {
    ROWS_STORED("rows_stored", "Observations written as new rows.", true),
    DUPLICATES("storage_duplicates", "Observations that were already stored with the same values.", true),
    CONFLICTS("storage_conflicts", "Observations quarantined because other values have their device and time.", true),
    OUT_OF_TIME(
            "storage_out_of_time",
            "Observations quarantined because their time is too far ahead or older than what is kept.",
            true),
    UNSTORABLE("storage_unstorable", "Observations quarantined because they cannot be stored.", true),
    QUARANTINED("quarantine_rows", "Rows written to quarantine, whoever refused the input.", true),
    BATCHES("storage_batches", "Transactions committed with a stretch of the observation log.", true),
    RETRIES("storage_retries", "Transactions given up and tried again.", true),
    COPY_NANOS("storage_copy_nanos", "Nanoseconds spent in COPY.", true),
    ALERT_EVENTS("storage_alert_events", "Transitions of alerts written.", true),
    RETENTION_CHUNKS(
            "retention_chunks_dropped", "Chunks of observations dropped for being older than the retention.", true),
    RETENTION_ROWS(
            "retention_rows_deleted",
            "Rows of observations and of quarantine deleted for being older than the retention.",
            true),
    CREDENTIALS("credentials", "Devices and gateways that may publish with credentials of their own.", false),
    DATABASE_UP("database_up", "1 while the last thing asked of the database worked, else 0.", false),
    LAG_BYTES("storage_lag_bytes", "Bytes of the observation log that are not in the database yet.", false);

    private final Description description;

    StorageMetric(String name, String help, boolean counter) {
        description = new Description(name, help, counter);
    }

    @Override
    public Description description() {
        return description;
    }
}
