package io.fieldwatch.storage;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * How far one reader of one log has come, as the database knows it: the truth, because it is written in the transaction
 * that has the effects. Ranges are half-open and never overlap, and several transactions may commit theirs in any order.
 *
 * <p><b>The epoch fences off the past.</b> Whoever begins, or begins again after a failure, takes the next epoch and then
 * reads the ranges. A range can be committed only under the latest epoch. So a transaction of before, whose client gave it
 * up without knowing what became of it, has either committed by then and is seen, or never will.
 */
final class LogPositions {

    private static final String OWNER =
            "SELECT 1 FROM fieldwatch.log_reader WHERE log_id = ? AND reader = ? AND epoch = ? FOR SHARE";
    /** Lengthens the range that ends where this one begins, so that the table stays as small as the gaps allow. */
    private static final String COMMIT = "WITH owner AS (" + OWNER + "), grown AS (UPDATE fieldwatch.log_position"
            + " SET to_position = ?, committed_at = now() WHERE log_id = ? AND reader = ? AND to_position = ?"
            + " AND EXISTS (SELECT 1 FROM owner) RETURNING 1), begun AS (INSERT INTO fieldwatch.log_position"
            + " (log_id, reader, from_position, to_position) SELECT ?, ?, ?, ? FROM owner"
            + " WHERE NOT EXISTS (SELECT 1 FROM grown) RETURNING 1)"
            + " SELECT (SELECT count(*) FROM grown) + (SELECT count(*) FROM begun)";

    private static final String BEGIN =
            "INSERT INTO fieldwatch.log_reader AS r (log_id, reader, epoch) VALUES (?, ?, 1)"
                    + " ON CONFLICT (log_id, reader) DO UPDATE SET epoch = r.epoch + 1 RETURNING epoch";

    private final UUID log;
    private final String reader;

    /** A committed stretch of the log. */
    record Range(long from, long to) {}

    /**
     * What is to be read next.
     *
     * @param from everything before is committed
     * @param until where the next committed range begins, or the maximum
     */
    record Gap(long from, long until) {}

    /**
     * What is committed: ranges in order that neither touch nor overlap.
     *
     * @param epoch under which the one who asked may commit
     */
    record Committed(long epoch, List<Range> ranges) {

        Gap firstGap() {
            boolean begun = !ranges.isEmpty() && ranges.get(0).from() == 0;
            int following = begun ? 1 : 0;
            return new Gap(
                    begun ? ranges.get(0).to() : 0,
                    following < ranges.size() ? ranges.get(following).from() : Long.MAX_VALUE);
        }

        boolean covers(long from, long to) {
            return ranges.stream().anyMatch(range -> range.from() <= from && to <= range.to());
        }
    }

    LogPositions(UUID log, String reader) {
        this.log = log;
        this.reader = reader;
    }

    /**
     * Takes the next epoch and reads what is committed. Waits for transactions that are committing a range right now. The
     * caller commits.
     */
    Committed begin(Connection connection) throws SQLException {
        long epoch;
        try (PreparedStatement next = connection.prepareStatement(BEGIN)) {
            next.setObject(1, log);
            next.setString(2, reader);
            try (ResultSet row = next.executeQuery()) {
                row.next();
                epoch = row.getLong(1);
            }
        }
        return new Committed(epoch, merge(connection)); // a later statement: it sees what the first one waited for
    }

    /**
     * Adds a range to what is committed, as part of the caller's transaction.
     *
     * @throws SQLException with state 40001 when somebody else has begun since the epoch was taken
     */
    void commit(Connection connection, long epoch, long from, long to) throws SQLException {
        try (PreparedStatement commit = connection.prepareStatement(COMMIT)) {
            commit.setObject(1, log);
            commit.setString(2, reader);
            commit.setLong(3, epoch);
            commit.setLong(4, to);
            commit.setObject(5, log);
            commit.setString(6, reader);
            commit.setLong(7, from);
            commit.setObject(8, log);
            commit.setString(9, reader);
            commit.setLong(10, from);
            commit.setLong(11, to);
            try (ResultSet row = commit.executeQuery()) {
                if (!row.next() || row.getLong(1) != 1) {
                    throw new SQLException(
                            "positions " + from + " to " + to + " of log " + log
                                    + " belong to somebody who began later",
                            "40001");
                }
            }
        }
    }

    /** Makes one of ranges that touch and answers what is committed. The caller commits. */
    List<Range> merge(Connection connection) throws SQLException {
        List<Range> stored = load(connection);
        List<Range> merged = new ArrayList<>();
        for (Range range : stored) {
            int last = merged.size() - 1;
            if (last >= 0 && merged.get(last).to() == range.from()) {
                merged.set(last, new Range(merged.get(last).from(), range.to()));
            } else {
                merged.add(range);
            }
        }
        if (merged.size() != stored.size()) {
            replace(connection, stored, merged);
        }
        return merged;
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

    /** Only those that were read: others may have been committed since. */
    private void replace(Connection connection, List<Range> old, List<Range> merged) throws SQLException {
        String delete =
                "DELETE FROM fieldwatch.log_position WHERE log_id = ? AND reader = ? AND from_position = ANY (?)";
        try (PreparedStatement statement = connection.prepareStatement(delete)) {
            Array from = connection.createArrayOf(
                    "int8", old.stream().map(Range::from).toArray());
            statement.setObject(1, log);
            statement.setString(2, reader);
            statement.setArray(3, from);
            statement.executeUpdate();
        }
        String insert = "INSERT INTO fieldwatch.log_position (log_id, reader, from_position, to_position)"
                + " VALUES (?, ?, ?, ?)";
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            for (Range range : merged) {
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
