package io.fieldwatch.storage;

import io.fieldwatch.telemetry.DeviceOffline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Writes what became of devices' connections. */
final class DeviceEvents {

    private DeviceEvents() {}

    static void insert(Connection connection, List<DeviceOffline> events, DeviceRegistry registry) throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        String sql = "INSERT INTO fieldwatch.device_event (time, device_id, event, detail) VALUES (?, ?, 'OFFLINE', ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (DeviceOffline event : events) {
                insert.setObject(1, Sql.time(event.timeMicros()));
                insert.setInt(2, registry.idOf(event.device()));
                insert.setString(3, Sql.clean(event.detail()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
