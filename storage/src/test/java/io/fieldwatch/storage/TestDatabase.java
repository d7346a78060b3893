package io.fieldwatch.storage;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A database of its own for one test; closing drops it, whoever is still connected. */
public final class TestDatabase implements AutoCloseable {

    private final String adminUrl;
    private final String name;
    private final String url;

    private TestDatabase(String adminUrl, String name) {
        this.adminUrl = adminUrl;
        this.name = name;
        url = withDatabase(adminUrl, name);
    }

    static TestDatabase create(String adminUrl) throws SQLException {
        String name = "fw_" + Long.toHexString(System.nanoTime()) + "_"
                + ProcessHandle.current().pid();
        execute(adminUrl, "CREATE DATABASE " + name);
        return new TestDatabase(adminUrl, name);
    }

    /** Says everything: host, port, database, user, password. */
    public String url() {
        return url;
    }

    public void execute(String sql) throws SQLException {
        execute(url, sql);
    }

    /** The rows as text, columns joined by '|', nulls as "null". */
    public List<String> rows(String sql) throws SQLException {
        List<String> answer = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= columns; i++) {
                    row.append(i == 1 ? "" : "|").append(rows.getString(i));
                }
                answer.add(row.toString());
            }
        }
        return answer;
    }

    public long number(String sql) throws SQLException {
        return Long.parseLong(rows(sql).get(0));
    }

    @Override
    public void close() throws SQLException {
        execute(adminUrl, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }

    static String withDatabase(String url, String database) {
        int query = url.indexOf('?');
        String base = query < 0 ? url : url.substring(0, query);
        return base.substring(0, base.lastIndexOf('/') + 1) + database + (query < 0 ? "" : url.substring(query));
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
