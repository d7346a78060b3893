package io.fieldwatch.storage;

import io.fieldwatch.alerts.Alert;
import io.fieldwatch.alerts.AlertState;
import io.fieldwatch.alerts.Priority;
import io.fieldwatch.telemetry.Label;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;

/** Between {@link Alert} and a row of {@code fieldwatch.alert}. */
final class AlertRows {

    private static final String COLUMNS = "id, version, rule_id, priority, state, message_vi, message_en,"
            + " device_number, kind, external_id, device_name, area, lat, lon, property, value, limit_value, unit,"
            + " raised_at, acknowledged_at, acknowledged_by, cleared_at";

    /** A later version replaces, an earlier or the same one changes nothing. */
    static final String UPSERT = "INSERT INTO fieldwatch.alert (" + COLUMNS + ", device_id)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
            + " (SELECT d.id FROM fieldwatch.device d WHERE d.kind = ? AND d.external_id = ?))"
            + " ON CONFLICT (id) DO UPDATE SET version = excluded.version, priority = excluded.priority,"
            + " state = excluded.state, message_vi = excluded.message_vi, message_en = excluded.message_en,"
            + " device_name = excluded.device_name, area = excluded.area, lat = excluded.lat, lon = excluded.lon,"
            + " acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by,"
            + " cleared_at = excluded.cleared_at WHERE alert.version < excluded.version";

    static final String SELECT = "SELECT " + COLUMNS + " FROM fieldwatch.alert";

    private AlertRows() {}

    static void bind(PreparedStatement statement, Alert alert) throws SQLException {
        statement.setString(1, alert.id());
        statement.setInt(2, alert.version());
        statement.setString(3, alert.ruleId());
        statement.setString(4, alert.priority().name());
        statement.setString(5, alert.state().name());
        statement.setString(6, Sql.clean(alert.message().vi()));
        statement.setString(7, Sql.clean(alert.message().en()));
        statement.setInt(8, alert.deviceNumber());
        statement.setString(9, alert.kind());
        statement.setString(10, Sql.clean(alert.externalId()));
        statement.setString(11, Sql.clean(alert.deviceName()));
        statement.setString(12, Sql.clean(alert.area()));
        statement.setObject(13, Sql.nullWhenNaN(alert.lat()), Types.DOUBLE);
        statement.setObject(14, Sql.nullWhenNaN(alert.lon()), Types.DOUBLE);
        statement.setString(15, alert.property());
        statement.setObject(16, Sql.nullWhenNaN(alert.value()), Types.DOUBLE);
        statement.setDouble(17, alert.limit());
        statement.setString(18, alert.unit());
        statement.setObject(19, Sql.time(alert.raisedMicros()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setObject(20, Sql.timeOrNull(alert.acknowledgedMicros()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setString(21, Sql.clean(alert.acknowledgedBy()));
        statement.setObject(22, Sql.timeOrNull(alert.clearedMicros()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setString(23, alert.kind());
        statement.setString(24, Sql.clean(alert.externalId()));
    }

    static Alert read(ResultSet row) throws SQLException {
        return new Alert(
                row.getString("id"),
                row.getInt("version"),
                row.getString("rule_id"),
                Priority.valueOf(row.getString("priority")),
                AlertState.valueOf(row.getString("state")),
                new Label(row.getString("message_vi"), row.getString("message_en")),
                row.getInt("device_number"),
                row.getString("kind"),
                row.getString("external_id"),
                row.getString("device_name"),
                row.getString("area"),
                number(row, "lat"),
                number(row, "lon"),
                row.getString("property"),
                number(row, "value"),
                row.getDouble("limit_value"),
                row.getString("unit"),
                micros(row, "raised_at"),
                micros(row, "acknowledged_at"),
                row.getString("acknowledged_by"),
                micros(row, "cleared_at"));
    }

    private static double number(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? Double.NaN : value;
    }

    private static long micros(ResultSet row, String column) throws SQLException {
        return Sql.micros(row.getObject(column, OffsetDateTime.class));
    }
}
