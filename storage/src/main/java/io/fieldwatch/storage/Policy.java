package io.fieldwatch.storage;

import java.sql.SQLException;

/**
 * A job that TimescaleDB's Community edition runs by itself for a hypertable or a continuous aggregate.
 *
 * @param schema of what it works on
 * @param relation what it works on
 * @param procedure the job's procedure, by which it is found
 * @param key the entry of its configuration that may differ from what is wanted
 * @param interval what that entry should be, as an SQL expression
 * @param remove takes the job away, if it is there
 * @param add makes the job
 */
record Policy(
        String schema, String relation, String procedure, String key, String interval, String remove, String add) {

    /** Makes the job, or makes it anew when it was made with another interval. */
    void put(Ddl ddl) throws SQLException {
        if (ddl.one(isAsWanted()) != null) {
            return;
        }
        ddl.run(remove);
        ddl.run(add);
    }

    /** The jobs of a continuous aggregate go by its own name or by that of its hidden hypertable, as the version is. */
    String isAsWanted() {
        return "SELECT 1 FROM timescaledb_information.jobs j WHERE j.proc_name = " + Sql.literal(procedure)
                + " AND (j.config->>" + Sql.literal(key) + ")::interval = " + interval
                + " AND ((j.hypertable_schema = " + Sql.literal(schema) + " AND j.hypertable_name = "
                + Sql.literal(relation) + ") OR EXISTS (SELECT 1 FROM timescaledb_information.continuous_aggregates c"
                + " WHERE c.view_schema = " + Sql.literal(schema) + " AND c.view_name = " + Sql.literal(relation)
                + " AND c.materialization_hypertable_schema = j.hypertable_schema"
                + " AND c.materialization_hypertable_name = j.hypertable_name))";
    }
}
