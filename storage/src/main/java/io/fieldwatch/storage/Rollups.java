package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Kind;
import java.sql.SQLException;
import java.util.Map;

/** Makes and renews the views of the hourly and daily figures, see {@link Rollup}. */
final class Rollups {

    private Rollups() {}

    static void put(Ddl ddl, Kind kind, Edition edition, SchemaOptions options) throws SQLException {
        Map<String, Ddl.Column> columns = ddl.columns(kind.table());
        for (Rollup.Grain grain : Rollup.Grain.values()) {
            Rollup rollup = new Rollup(kind.table(), grain, columns, edition, options);
            if (rollup.continuous()) {
                putAggregate(ddl, rollup);
            }
            putView(ddl, rollup);
            if (edition == Edition.TIMESCALE_COMMUNITY) {
                dropOthers(ddl, rollup);
            }
        }
    }

    /** Without its data: until a job has filled it, it computes from the table, and the answers are the same. */
    private static void putAggregate(Ddl ddl, Rollup rollup) throws SQLException {
        if (ddl.one("SELECT 1 FROM pg_namespace WHERE nspname = " + Sql.literal(Rollup.AGGREGATES)) == null) {
            ddl.run("CREATE SCHEMA IF NOT EXISTS " + Rollup.AGGREGATES);
        }
        String exists = "SELECT 1 FROM timescaledb_information.continuous_aggregates WHERE view_schema = "
                + Sql.literal(Rollup.AGGREGATES) + " AND view_name = " + Sql.literal(rollup.aggregate());
        if (ddl.one(exists) == null) {
            ddl.run(rollup.createAggregate());
        }
        rollup.refreshPolicy().put(ddl);
        rollup.retentionPolicy().put(ddl);
    }

    private static void putView(Ddl ddl, Rollup rollup) throws SQLException {
        String comment = ddl.one("SELECT obj_description(to_regclass("
                + Sql.literal("fieldwatch." + Sql.quote(rollup.view())) + "), 'pg_class')");
        if (!rollup.comment().equals(comment)) {
            ddl.runTogether(rollup.createView(), rollup.commentOnView());
        }
    }

    private static void dropOthers(Ddl ddl, Rollup rollup) throws SQLException {
        String other = "SELECT view_name FROM timescaledb_information.continuous_aggregates WHERE view_schema = "
                + Sql.literal(Rollup.AGGREGATES) + " AND view_name ~ " + Sql.literal(rollup.aggregatePattern())
                + (rollup.continuous() ? " AND view_name <> " + Sql.literal(rollup.aggregate()) : "") + " LIMIT 1";
        for (String name = ddl.one(other); name != null; name = ddl.one(other)) {
            ddl.run(rollup.dropAggregate(name));
        }
    }
}
