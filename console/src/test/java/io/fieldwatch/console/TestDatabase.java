package io.fieldwatch.console;

import io.fieldwatch.telemetry.DeviceDefinition;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;

/** A real PostgreSQL with as much of the schema as the console's questions need. */
final class TestDatabase implements AutoCloseable {

    private final EmbeddedPostgres postgres;

    TestDatabase() throws IOException, SQLException {
        postgres = EmbeddedPostgres.builder().start();
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA fieldwatch");
            statement.execute("CREATE TABLE fieldwatch.device (id int PRIMARY KEY, kind text, external_id text)");
            statement.execute("CREATE TABLE fieldwatch.water_level (time timestamptz, device_id int,"
                    + " current_level double precision, battery_level double precision)");
            statement.execute("CREATE TABLE fieldwatch.air_quality (time timestamptz, device_id int,"
                    + " pm25 double precision)");
        }
    }

    DataSource dataSource() {
        return postgres.getPostgresDatabase();
    }

    /** Values at a steady pace from an instant on. */
    void fill(City city, DeviceDefinition device, String column, Instant from, Duration step, double... values)
            throws SQLException {
        String table = city.kindOf(device).table();
        try (Connection connection = dataSource().getConnection();
                PreparedStatement known = connection.prepareStatement(
                        "INSERT INTO fieldwatch.device VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
                PreparedStatement row = connection.prepareStatement(
                        "INSERT INTO fieldwatch." + table + " (time, device_id, " + column + ") VALUES (?, ?, ?)")) {
            known.setInt(1, device.number());
            known.setString(2, city.kindOf(device).name());
            known.setString(3, device.externalId());
            known.executeUpdate();
            for (int i = 0; i < values.length; i++) {
                row.setTimestamp(1, Timestamp.from(from.plus(step.multipliedBy(i))));
                row.setInt(2, device.number());
                row.setDouble(3, values[i]);
                row.addBatch();
            }
            row.executeBatch();
        }
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
