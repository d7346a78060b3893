package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Kind;

/** The SQL of removing what is older than the retention: by chunks where there are chunks, else by rows in batches. */
final class OldRows {

    /** Few enough that a batch holds its locks for a moment only. */
    static final int BATCH_ROWS = 20_000;

    /** So many chunks of one kind in one round. */
    static final int CHUNKS_MAX = 100;

    private OldRows() {}

    /** The Community edition does it by itself. */
    static Policy policy(String schema, String relation, SchemaOptions options) {
        String name = Sql.literal(Sql.quote(schema) + "." + Sql.quote(relation));
        String after = Sql.interval(options.retention());
        return new Policy(
                schema,
                relation,
                "policy_retention",
                "drop_after",
                after,
                "SELECT remove_retention_policy(" + name + ", if_exists => true)",
                "SELECT add_retention_policy(" + name + ", drop_after => " + after + ")");
    }

    /** Where the chunks end whose observations are all too old, the oldest first. */
    static String chunkEnds(Kind kind, SchemaOptions options) {
        return "SELECT DISTINCT range_end FROM timescaledb_information.chunks WHERE hypertable_schema = 'fieldwatch'"
                + " AND hypertable_name = " + Sql.literal(kind.table()) + " AND range_end <= now() - "
                + Sql.interval(options.retention()) + " ORDER BY range_end LIMIT " + CHUNKS_MAX;
    }

    /** One parameter, where a chunk ends; answers how many it dropped. */
    static String dropChunks(Kind kind) {
        return "SELECT count(*) FROM drop_chunks(" + Sql.literal(Sql.table(kind)) + ", older_than => ?::timestamptz)";
    }

    static String deleteObservations(Kind kind, SchemaOptions options) {
        return deleteBatch(Sql.table(kind), options);
    }

    static String deleteQuarantine(SchemaOptions options) {
        return deleteBatch("fieldwatch.quarantine", options);
    }

    static String deleteDeviceEvents(SchemaOptions options) {
        return deleteBatch("fieldwatch.device_event", options);
    }

    private static String deleteBatch(String table, SchemaOptions options) {
        return "DELETE FROM " + table + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM " + table + " WHERE time < now() - "
                + Sql.interval(options.retention()) + " LIMIT " + BATCH_ROWS + "))";
    }
}
