package io.fieldwatch.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes the schema while others write. A statement that waits for a lock makes everybody wait who comes after it, so
 * it waits a moment only, steps back, and tries again until its patience ends. The connection commits by itself.
 */
final class Ddl {

    private static final String LOCK_TIMEOUT = "300ms";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 100;
    private static final long PAUSE_MILLIS_MAX = 1_600;

    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String DEADLOCK = "40P01";

    private final Connection connection;
    private final Execution execution;

    /** How a statement is executed; tests look over its shoulder. */
    @FunctionalInterface
    interface Execution {

        void execute(Connection connection, String sql) throws SQLException;
    }

    private interface Attempt {

        void make() throws SQLException;
    }

    /** A column of a table or view, in SQL's words. */
    record Column(String type, String comment) {}

    /** Sets the connection up; {@link #end} when it is given to somebody else. */
    Ddl(Connection connection) throws SQLException {
        this(connection, Database::execute);
    }

    Ddl(Connection connection, Execution execution) throws SQLException {
        this.connection = connection;
        this.execution = execution;
        Database.execute(connection, "SET lock_timeout = '" + LOCK_TIMEOUT + "'");
    }

    void end() throws SQLException {
        Database.execute(connection, "RESET lock_timeout");
    }

    void run(String sql) throws SQLException {
        retry(() -> execution.execute(connection, sql));
    }

    /** All of the statements or none, and nobody sees what is in between. */
    void runTogether(String... statements) throws SQLException {
        retry(() -> {
            Database.execute(connection, "BEGIN");
            try {
                for (String sql : statements) {
                    execution.execute(connection, sql);
                }
                Database.execute(connection, "COMMIT");
            } catch (SQLException e) {
                Database.execute(connection, "ROLLBACK");
                throw e;
            }
        });
    }

    /** The first column of the first row; null when there is no row. */
    @Nullable
    String one(String sql) throws SQLException {
        return Database.one(connection, sql);
    }

    /** Of a table or view in schema fieldwatch, in order; empty when there is none. */
    Map<String, Column> columns(String relation) throws SQLException {
        String sql = "SELECT a.attname, format_type(a.atttypid, NULL), coalesce(col_description(c.oid, a.attnum), '')"
                + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a"
                + " ON a.attrelid = c.oid WHERE n.nspname = 'fieldwatch' AND c.relname = ? AND a.attnum > 0"
                + " AND NOT a.attisdropped ORDER BY a.attnum";
        Map<String, Column> columns = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, relation);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    columns.put(rows.getString(1), new Column(rows.getString(2), rows.getString(3)));
                }
            }
        }
        return columns;
    }

    static boolean othersInTheWay(SQLException e) {
        return LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || DEADLOCK.equals(e.getSQLState());
    }

    private static void retry(Attempt attempt) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long pauseMillis = PAUSE_MILLIS; ; pauseMillis = Math.min(2 * pauseMillis, PAUSE_MILLIS_MAX)) {
            try {
                attempt.make();
                return;
            } catch (SQLException e) {
                if (!othersInTheWay(e) || System.nanoTime() > deadline) {
                    throw e;
                }
                pause(pauseMillis, e);
            }
        }
    }

    private static void pause(long millis, SQLException why) throws SQLException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw why;
        }
    }
}
