package io.fieldwatch.server.lab;

import io.fieldwatch.simulator.ledger.StoredCity;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that is stored as of one instant: a REPEATABLE READ transaction that lasts until this is closed. */
final class StoredSnapshot implements StoredCity, AutoCloseable {

    private static final int FETCH_ROWS = 5_000;

    private final Connection connection;

    StoredSnapshot(String url) throws IOException {
        try {
            connection = DriverManager.getConnection(url);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    @Override
    public void rows(Kind kind, long fromMicros, long toMicros, RowConsumer consumer) throws IOException {
        StringBuilder sql = new StringBuilder("SELECT d.external_id, o.time");
        Map<Property, Integer> columns = new HashMap<>();
        for (Property property : kind.properties()) {
            sql.append(", o.").append(quoted(property.column()));
            columns.put(property, 3 + columns.size());
        }
        sql.append(" FROM fieldwatch.")
                .append(quoted(kind.table()))
                .append(" o JOIN fieldwatch.device d ON d.id = o.device_id WHERE o.time >= ? AND o.time <= ?");
        try (PreparedStatement query = connection.prepareStatement(sql.toString())) {
            query.setFetchSize(FETCH_ROWS);
            query.setObject(1, time(fromMicros));
            query.setObject(2, time(toMicros));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    Instant at = row.getObject(2, OffsetDateTime.class).toInstant();
                    consumer.row(
                            row.getString(1),
                            ChronoUnit.MICROS.between(Instant.EPOCH, at),
                            property -> value(row, columns.getOrDefault(property, 0)));
                }
            }
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    private static @Nullable Object value(ResultSet row, int column) throws IOException {
        try {
            return row.getObject(column);
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /** Transitions of alerts that are there twice, and crossings for which two alerts were raised. */
    long alertsDoubled() throws IOException {
        return number("SELECT (SELECT count(*) FROM fieldwatch.alert_event) - (SELECT count(*) FROM (SELECT DISTINCT"
                        + " alert_id, type, version FROM fieldwatch.alert_event) e)")
                + number("SELECT (SELECT count(*) FROM fieldwatch.alert) - (SELECT count(*) FROM (SELECT DISTINCT"
                        + " rule_id, device_id, property, raised_at FROM fieldwatch.alert) a)");
    }

    long alerts() throws IOException {
        return number("SELECT count(*) FROM fieldwatch.alert");
    }

    private long number(String sql) throws IOException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static OffsetDateTime time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
    }

    private static IOException unreadable(SQLException e) {
        return new IOException("the database cannot be read: " + e.getMessage(), e);
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }
}
