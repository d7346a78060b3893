package io.fieldwatch.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A database made for one run and dropped after it. */
final class ScratchDatabase implements AutoCloseable {

    private final String adminUrl;
    private final String name;

    private ScratchDatabase(String adminUrl, String name) {
        this.adminUrl = adminUrl;
        this.name = name;
    }

    static ScratchDatabase create(String adminUrl) throws SQLException {
        ScratchDatabase database = new ScratchDatabase(adminUrl, "fieldwatch_bench_" + System.nanoTime());
        database.execute("CREATE DATABASE " + database.name);
        return database;
    }

    String url() {
        return adminUrl.replaceFirst("(jdbc:postgresql://[^/]+/)[^?]*", "$1" + name);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(adminUrl);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }
}
