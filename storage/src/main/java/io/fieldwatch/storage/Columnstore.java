package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * The SQL of the Community edition's columnstore: rows of a chunk as compressed columns, a thousand rows a batch.
 *
 * <p>Batches are ordered by device and then time and not segmented: a segment of its own would give a device, which has
 * a few rows in each COPY, batches of a few rows. The order puts a device's rows beside each other all the same, and
 * the smallest and largest device of each batch let a query skip the others.
 */
final class Columnstore {

    private static final String DIRECT_COPY = "enable_direct_compress_copy";
    private static final String CLIENT_SORTED = "enable_direct_compress_copy_client_sorted";
    private static final String SORT_BATCHES = "enable_direct_compress_copy_sort_batches";

    private Columnstore() {}

    static String isEnabled(Kind kind) {
        return "SELECT 1 FROM timescaledb_information.hypertables WHERE hypertable_schema = 'fieldwatch'"
                + " AND hypertable_name = " + Sql.literal(kind.table()) + " AND compression_enabled";
    }

    static String enable(Kind kind) {
        return "ALTER TABLE " + Sql.table(kind) + " SET (timescaledb.enable_columnstore = true,"
                + " timescaledb.orderby = 'device_id, time', timescaledb.segmentby = '')";
    }

    static Policy policy(Kind kind, SchemaOptions options) {
        String table = Sql.literal(Sql.table(kind));
        String after = Sql.interval(options.columnstoreAfter());
        return new Policy(
                "fieldwatch",
                kind.table(),
                "policy_compression",
                "compress_after",
                after,
                "CALL remove_columnstore_policy(" + table + ", if_exists => true)",
                "CALL add_columnstore_policy(" + table + ", after => " + after + ")");
    }

    /**
     * For a session that copies large batches. Direct COPY is there from 2.21 on; until 2.24 it is of no use, because it
     * steps aside, with a warning for each COPY, where a continuous aggregate watches the table.
     *
     * <p>The server sorts: the promise that a client has sorted holds for one writer only, and with several the planner
     * would trust an order that is not there. So that promise is taken back where a server's configuration makes it.
     */
    static List<String> copySettings(Timescale timescale) {
        List<String> settings = new ArrayList<>();
        if (timescale.edition() == Edition.TIMESCALE_COMMUNITY
                && timescale.atLeast(2, 24)
                && timescale.settings().contains(DIRECT_COPY)) {
            settings.add("SET timescaledb." + DIRECT_COPY + " = on");
            if (timescale.settings().contains(CLIENT_SORTED)) {
                settings.add("SET timescaledb." + CLIENT_SORTED + " = off");
            }
            if (timescale.settings().contains(SORT_BATCHES)) {
                settings.add("SET timescaledb." + SORT_BATCHES + " = on");
            }
        }
        return settings;
    }

    /** For a transaction whose rows are late or few; also where the server's configuration switches direct COPY on. */
    static List<String> rowCopySettings(Timescale timescale) {
        return timescale.settings().contains(DIRECT_COPY)
                ? List.of("SET LOCAL timescaledb." + DIRECT_COPY + " = off")
                : List.of();
    }
}
