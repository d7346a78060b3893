package io.fieldwatch.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * How far one reader of one log has come, as the database knows it: the truth, because it is written in the transaction
 * that has the effects. Ranges are half-open and never overlap.
 */
final class LogPositions {

    private final UUID log;
    private final String reader;

    /**
     * What is to be read next.
     *
     * @param from everything before is committed
     * @param until where the next committed range begins, or the maximum
     */
    record Gap(long from, long until) {}

    private record Range(long from, long to) {}

    LogPositions(UUID log, String reader) {
        this.log = log;
        this.reader = reader;
    }

    /** Finds the first stretch that is not committed, merging ranges that touch. The caller commits. */
    Gap firstGap(Connection connection) throws SQLException {
        List<Range> merged = new ArrayList<>();
        List<Range> stored = load(connection);
        for (Range range : stored) {
            int last = merged.size() - 1;
            if (last >= 0 && merged.get(last).to() == range.from()) {
                merged.set(last, new Range(merged.get(last).from(), range.to()));
            } else {
                merged.add(range);
            }
        }
        if (merged.size() != stored.size()) {
            replace(connection, merged);
        }
        boolean begun = !merged.isEmpty() && merged.get(0).from() == 0;
        int following = begun ? 1 : 0;
        return new Gap(
                begun ? merged.get(0).to() : 0,
                following < merged.size() ? merged.get(following).from() : Long.MAX_VALUE);
    }

    /**
     * Adds a range to what is committed, as part of the caller's transaction.
     *
     * @throws SQLException with state 40001 when another process has committed any of it meanwhile
     */
    void commit(Connection connection, long from, long to) throws SQLException {
        String extend = "UPDATE fieldwatch.log_position SET to_position = ?, committed_at = now()"
                + " WHERE log_id = ? AND reader = ? AND to_position = ?";
        try (PreparedStatement update = connection.prepareStatement(extend)) {
            update.setLong(1, to);
            update.setObject(2, log);
            update.setString(3, reader);
            update.setLong(4, from);
            if (update.executeUpdate() == 1) {
                return;
            }
        }
        String begin = "INSERT INTO fieldwatch.log_position (log_id, reader, from_position, to_position)"
                + " SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM fieldwatch.log_position"
                + " WHERE log_id = ? AND reader = ? AND from_position < ? AND to_position > ?)"
                + " ON CONFLICT DO NOTHING";
        try (PreparedStatement insert = connection.prepareStatement(begin)) {
            insert.setObject(1, log);
            insert.setString(2, reader);
            insert.setLong(3, from);
            insert.setLong(4, to);
            insert.setObject(5, log);
            insert.setString(6, reader);
            insert.setLong(7, to);
            insert.setLong(8, from);
            if (insert.executeUpdate() != 1) {
                throw new SQLException(
                        "positions " + from + " to " + to + " of log " + log + " were committed by another process",
                        "40001");
            }
        }
    }

    private List<Range> load(Connection connection) throws SQLException {
        String sql = "SELECT from_position, to_position FROM fieldwatch.log_position WHERE log_id = ? AND reader = ?"
                + " ORDER BY from_position FOR UPDATE";
        List<Range> ranges = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setObject(1, log);
            query.setString(2, reader);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    ranges.add(new Range(rows.getLong(1), rows.getLong(2)));
                }
            }
        }
        return ranges;
    }

    private void replace(Connection connection, List<Range> ranges) throws SQLException {
        String delete = "DELETE FROM fieldwatch.log_position WHERE log_id = ? AND reader = ?";
        try (PreparedStatement statement = connection.prepareStatement(delete)) {
            statement.setObject(1, log);
            statement.setString(2, reader);
            statement.executeUpdate();
        }
        String insert = "INSERT INTO fieldwatch.log_position (log_id, reader, from_position, to_position)"
                + " VALUES (?, ?, ?, ?)";
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            for (Range range : ranges) {
                statement.setObject(1, log);
                statement.setString(2, reader);
                statement.setLong(3, range.from());
                statement.setLong(4, range.to());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
