package io.fieldwatch.server.lab;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/** A new, empty database beside a given one, on a server that is not ours and is not killed. */
public final class ScratchDatabase implements LabDatabase {

    private final String serverUrl;
    private final String name;

    private ScratchDatabase(String serverUrl, String name) {
        this.serverUrl = serverUrl;
        this.name = name;
    }

    /**
     * Makes it.
     *
     * @param serverUrl of a database whose user may create others
     * @throws IOException when the server does not allow it
     */
    public static ScratchDatabase create(String serverUrl) throws IOException {
        String name = String.format(
                Locale.ROOT,
                "fieldwatch_lab_%x_%d",
                System.currentTimeMillis(),
                ProcessHandle.current().pid());
        execute(serverUrl, "CREATE DATABASE " + name);
        return new ScratchDatabase(serverUrl, name);
    }

    @Override
    public String url() {
        int query = serverUrl.indexOf('?');
        String base = query < 0 ? serverUrl : serverUrl.substring(0, query);
        return base.substring(0, base.lastIndexOf('/') + 1) + name + (query < 0 ? "" : serverUrl.substring(query));
    }

    @Override
    public boolean canCrash() {
        return false;
    }

    @Override
    public void crash() throws IOException {
        throw new IOException("a server that others use is not killed");
    }

    @Override
    public void delete() throws IOException {
        execute(serverUrl, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }

    @Override
    public void close() {
        // the server goes on
    }

    private static void execute(String url, String sql) throws IOException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IOException("the database does not do what the lab needs: " + e.getMessage(), e);
        }
    }
}
