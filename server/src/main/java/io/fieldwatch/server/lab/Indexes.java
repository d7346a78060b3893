package io.fieldwatch.server.lab;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Takes the safety net away: observations' unique indexes become plain ones. */
final class Indexes {

    private Indexes() {}

    /**
     * Replaces each unique index on (device_id, time) by a plain one of the same name, which keeps a later start of the
     * engine from making it again.
     *
     * @throws IOException when the database refuses, or there was no such index
     */
    static void makePlain(String url) throws IOException {
        String sql = "SELECT quote_ident(indexname), indexdef FROM pg_indexes WHERE schemaname = 'fieldwatch'"
                + " AND indexdef LIKE 'CREATE UNIQUE INDEX % (device_id, \"time\")'";
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            List<String> changes = new ArrayList<>();
            try (ResultSet row = statement.executeQuery(sql)) {
                while (row.next()) {
                    changes.add("DROP INDEX fieldwatch." + row.getString(1));
                    changes.add(row.getString(2).replace("CREATE UNIQUE INDEX", "CREATE INDEX"));
                }
            }
            if (changes.isEmpty()) {
                throw new IOException("no table has a unique index on device and time");
            }
            for (String change : changes) {
                statement.execute(change);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IOException("taking the unique indexes away did not work: " + e.getMessage(), e);
        }
    }
}
