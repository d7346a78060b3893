package io.fieldwatch.bench;

import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.Edition;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.telemetry.Catalogue;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A database made for one part of a run and dropped after it, also when the run is interrupted. */
final class ScratchDatabase implements AutoCloseable {

    /** Where {@link SampleRows} go. */
    static final String SAMPLE_TABLE = "fieldwatch.\"" + SampleRows.KIND.table() + '"';

    private final String adminUrl;
    private final String name;
    private final Thread dropAtExit = new Thread(this::dropQuietly, "bench-drop");

    private ScratchDatabase(String adminUrl, String name) {
        this.adminUrl = adminUrl;
        this.name = name;
    }

    /** An empty one. */
    static ScratchDatabase create(String adminUrl) throws SQLException {
        ScratchDatabase database = new ScratchDatabase(adminUrl, "fieldwatch_bench_" + System.nanoTime());
        execute(adminUrl, "CREATE DATABASE " + database.name);
        Runtime.getRuntime().addShutdownHook(database.dropAtExit);
        return database;
    }

    /** One with the schema that the engine would make. */
    static ScratchDatabase migrated(String adminUrl) throws SQLException {
        ScratchDatabase scratch = create(adminUrl);
        boolean migrated = false;
        try {
            scratch.migrate();
            migrated = true;
            return scratch;
        } finally {
            if (!migrated) {
                scratch.close();
            }
        }
    }

    /** Brings the engine's schema into it. */
    Edition migrate() throws SQLException {
        try (Database database = new Database(StorageConfig.of(url()), Catalogue.builtIn())) {
            return database.migrate();
        }
    }

    String url() {
        return adminUrl.replaceFirst("(jdbc:postgresql://[^/]+/)[^?]*", "$1" + name);
    }

    /** Rows in a table. */
    long rows(String table) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    void emptySampleTable() throws SQLException {
        execute(url(), "TRUNCATE " + SAMPLE_TABLE);
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        try {
            Runtime.getRuntime().removeShutdownHook(dropAtExit);
        } catch (IllegalStateException e) {
            return; // the machine is going down, and the hook drops it
        }
        drop();
    }

    private void drop() throws SQLException {
        execute(adminUrl, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }

    private void dropQuietly() {
        try {
            drop();
        } catch (SQLException e) {
            System.err.println("the database " + name + " is left over: " + e.getMessage());
        }
    }
}
