package io.fieldwatch.storage;

import io.fieldwatch.alerts.Alert;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import javax.sql.DataSource;

/** What the console asks the database. Thread-safe; every call takes a connection and gives it back. */
public final class Queries {

    /** More points than a chart can show; a longer answer is cut at its newest end. */
    public static final int POINTS_MAX = 20_000;

    /** More alerts than one answer should carry. */
    public static final int ALERTS_MAX = 10_000;

    private final DataSource dataSource;

    public Queries(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * One property of one device, from (inclusive) to (exclusive).
     *
     * @param every bucket width for averages; zero for every observation
     * @throws IllegalArgumentException for a property that is a code
     * @throws SQLException when the database cannot answer
     */
    public Series series(Kind kind, String externalId, Property property, Instant from, Instant to, Duration every)
            throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(seriesSql(kind, property, every))) {
            int next = 1;
            if (!every.isZero()) {
                query.setString(next++, every.toMillis() + " milliseconds");
            }
            query.setString(next++, kind.name());
            query.setString(next++, externalId);
            query.setTimestamp(next++, Timestamp.from(from));
            query.setTimestamp(next, Timestamp.from(to));
            try (ResultSet rows = query.executeQuery()) {
                return read(rows);
            }
        }
    }

    /**
     * Alerts that were raised from (inclusive) to (exclusive), the newest first.
     *
     * @param limit how many at most; cut at {@link #ALERTS_MAX}
     * @throws SQLException when the database cannot answer
     */
    public List<Alert> alerts(Instant from, Instant to, int limit) throws SQLException {
        String sql = AlertRows.SELECT + " WHERE raised_at >= ? AND raised_at < ? ORDER BY raised_at DESC, id LIMIT ?";
        List<Alert> alerts = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(sql)) {
            query.setObject(1, from.atOffset(ZoneOffset.UTC));
            query.setObject(2, to.atOffset(ZoneOffset.UTC));
            query.setInt(3, Math.max(0, Math.min(limit, ALERTS_MAX)));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    alerts.add(AlertRows.read(rows));
                }
            }
        }
        return alerts;
    }

    private static String seriesSql(Kind kind, Property property, Duration every) {
        if (property.type() == PropertyType.CODE) {
            throw new IllegalArgumentException(property.name() + " is a text and has no series");
        }
        String column = "o." + Sql.quote(property.column());
        String value =
                property.type() == PropertyType.BOOLEAN ? column + "::int::float8" : column + "::double precision";
        String time = every.isZero() ? "o.time" : "date_bin(?::interval, o.time, timestamptz '2000-01-01 00:00:00+00')";
        String what = every.isZero() ? value : "avg(" + value + ")";
        return "SELECT " + time + " AS t, " + what + " AS v FROM " + Sql.table(kind) + " o"
                + " WHERE o.device_id = (SELECT id FROM fieldwatch.device WHERE kind = ? AND external_id = ?)"
                + " AND o.time >= ? AND o.time < ? AND " + column + " IS NOT NULL"
                + (every.isZero() ? "" : " GROUP BY t") + " ORDER BY t LIMIT " + POINTS_MAX;
    }

    private static Series read(ResultSet rows) throws SQLException {
        LongStream.Builder times = LongStream.builder();
        DoubleStream.Builder values = DoubleStream.builder();
        while (rows.next()) {
            times.add(rows.getTimestamp(1).getTime());
            values.add(rows.getDouble(2));
        }
        return new Series(times.build().toArray(), values.build().toArray());
    }
}
