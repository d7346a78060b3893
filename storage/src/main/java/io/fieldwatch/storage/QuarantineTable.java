package io.fieldwatch.storage;

import io.fieldwatch.telemetry.RejectedInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Writes input aside. */
final class QuarantineTable {

    private static final int CHUNK = 1_000;

    private QuarantineTable() {}

    static void insert(Connection connection, List<RejectedInput> inputs) throws SQLException {
        if (inputs.isEmpty()) {
            return;
        }
        String sql = "INSERT INTO fieldwatch.quarantine (time, source, topic, payload, reason, detail)"
                + " VALUES (?, ?, ?, ?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            int inChunk = 0;
            for (RejectedInput input : inputs) {
                insert.setObject(1, Sql.time(input.timeMillis() * 1000));
                insert.setString(2, Sql.clean(input.source()));
                insert.setString(3, Sql.clean(input.topic()));
                insert.setBytes(4, input.payload());
                insert.setString(5, input.reason().name());
                insert.setString(6, Sql.clean(input.detail()));
                insert.addBatch();
                if (++inChunk == CHUNK) {
                    insert.executeBatch();
                    inChunk = 0;
                }
            }
            insert.executeBatch();
        }
    }
}
