package io.fieldwatch.storage;

import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.RejectedInput;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Writes a batch's rows of one kind inside the caller's transaction. The fast way is one COPY straight into the table;
 * when the database refuses that, the careful way finds out which rows are to blame and puts them into quarantine.
 *
 * <p>Two rows of one identity are the same observation when their values are: quality flags depend on when and how it
 * arrived, so they do not make a redelivery another observation. The first one stays.
 */
final class KindWriter {

    /** How much goes to the driver at once, and the driver's send buffer. */
    static final int CHUNK_BYTES = 256 << 10;

    private final DeviceRegistry registry;
    private final MetricSet<StorageMetric> metrics;
    private byte[] chunk = new byte[CHUNK_BYTES];
    private int used;

    KindWriter(DeviceRegistry registry, MetricSet<StorageMetric> metrics) {
        this.registry = registry;
        this.metrics = metrics;
    }

    /** Whether an error is about the rows themselves: bad data, constraints, limits. */
    static boolean blamesRows(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23") || state.startsWith("54"));
    }

    /** The fast way; the rows are sorted. After an exception the transaction is good for nothing. */
    void copy(Connection connection, KindRows rows) throws SQLException {
        copy(connection, rows, 0, rows.count(), rows.encoder().copySql(), false);
    }

    /** The careful way, for sorted rows; what cannot be stored is added to {@code rejects}. */
    void copyCarefully(Connection connection, KindRows rows, Tally tally, List<RejectedInput> rejects)
            throws SQLException {
        Database.execute(
                connection,
                "CREATE TEMP TABLE IF NOT EXISTS " + stage(rows.kind()) + " (LIKE " + Sql.table(rows.kind())
                        + ", row_number int) ON COMMIT DELETE ROWS");
        copyCarefully(connection, rows, 0, rows.count(), tally, rejects);
    }

    private void copyCarefully(
            Connection connection, KindRows rows, int from, int to, Tally tally, List<RejectedInput> rejects)
            throws SQLException {
        Savepoint before = connection.setSavepoint();
        Tally tallyBefore = tally.copy();
        int rejectsBefore = rejects.size();
        try {
            stageAndInsert(connection, rows, from, to, tally, rejects);
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            if (!blamesRows(e)) {
                throw e;
            }
            connection.rollback(before);
            tally.set(tallyBefore);
            rejects.subList(rejectsBefore, rejects.size()).clear();
            if (to - from == 1) {
                tally.unstorable++;
                rejects.add(reject(rows, rows.index(from), RejectReason.UNSTORABLE, String.valueOf(e.getMessage())));
                return;
            }
            int middle = (from + to) >>> 1;
            copyCarefully(connection, rows, from, middle, tally, rejects);
            copyCarefully(connection, rows, middle, to, tally, rejects);
        }
    }

    private void stageAndInsert(
            Connection connection, KindRows rows, int from, int to, Tally tally, List<RejectedInput> rejects)
            throws SQLException {
        Kind kind = rows.kind();
        Database.execute(connection, "TRUNCATE " + stage(kind));
        copy(connection, rows, from, to, rows.encoder().copySql(stage(kind), ", row_number"), true);
        int inserted = insertMissing(connection, rows);
        int conflicts = rejectConflicts(connection, rows, rejects);
        tally.stored += inserted;
        tally.conflicts += conflicts;
        tally.duplicates += to - from - inserted - conflicts;
    }

    /** Without leaning on a unique index: not every edition's tables have one. Where there is one, it is a safety net. */
    private static int insertMissing(Connection connection, KindRows rows) throws SQLException {
        Kind kind = rows.kind();
        String columns = Sql.columns(kind);
        String sql = "INSERT INTO " + Sql.table(kind) + " (" + columns + ") SELECT " + columns
                + " FROM (SELECT DISTINCT ON (device_id, time) * FROM " + stage(kind)
                + " ORDER BY device_id, time, row_number) s WHERE NOT EXISTS (SELECT 1 FROM " + Sql.table(kind)
                + " t WHERE t.device_id = s.device_id AND t.time = s.time AND t.time BETWEEN ? AND ?)"
                + " ON CONFLICT DO NOTHING";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bindTimes(statement, rows);
            return statement.executeUpdate();
        }
    }

    private int rejectConflicts(Connection connection, KindRows rows, List<RejectedInput> rejects) throws SQLException {
        Kind kind = rows.kind();
        String sql = "SELECT s.row_number FROM " + stage(kind) + " s JOIN " + Sql.table(kind)
                + " t ON t.device_id = s.device_id AND t.time = s.time WHERE t.time BETWEEN ? AND ? AND ROW("
                + Sql.each(kind.properties(), "s.%s") + ") IS DISTINCT FROM ROW("
                + Sql.each(kind.properties(), "t.%s") + ") ORDER BY s.row_number";
        int conflicts = 0;
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            bindTimes(query, rows);
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    rejects.add(reject(
                            rows,
                            found.getInt(1),
                            RejectReason.CONFLICT,
                            "the row stored for this device and time has other values"));
                    conflicts++;
                }
            }
        }
        return conflicts;
    }

    /** The bounds are what lets TimescaleDB leave out the chunks that cannot matter. */
    private static void bindTimes(PreparedStatement statement, KindRows rows) throws SQLException {
        statement.setObject(1, Sql.time(rows.earliestMicros()));
        statement.setObject(2, Sql.time(rows.latestMicros()));
    }

    private RejectedInput reject(KindRows rows, int index, RejectReason reason, String detail) {
        DeviceDefinition device = registry.find(rows.device(index));
        String id = device == null ? "" : device.externalId();
        return new RejectedInput(
                reason,
                rows.arrivalMillis(index),
                Batch.SOURCE,
                Batch.NATIVE_TOPIC + rows.kind().name() + "/" + id,
                ObservationJson.ofRow(rows, index),
                detail);
    }

    private void copy(Connection connection, KindRows rows, int from, int to, String sql, boolean numbered)
            throws SQLException {
        long start = System.nanoTime();
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        try {
            CopyEncoder envelope = new CopyEncoder(rows.kind(), 0);
            envelope.header();
            used = 0;
            append(copy, envelope.bytes(), 0, envelope.length());
            for (int place = from; place < to; place++) {
                appendRow(copy, rows, rows.index(place), numbered);
            }
            envelope.clear();
            envelope.trailer();
            append(copy, envelope.bytes(), 0, envelope.length());
            copy.writeToCopy(chunk, 0, used);
            copy.endCopy();
        } finally {
            metrics.add(StorageMetric.COPY_NANOS, System.nanoTime() - start);
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private void appendRow(CopyIn copy, KindRows rows, int index, boolean numbered) throws SQLException {
        int start = append(copy, rows.encoder().bytes(), rows.offset(index), rows.bytes(index));
        if (numbered) {
            short fields = (short) CopyEncoder.SHORTS.get(chunk, start);
            CopyEncoder.SHORTS.set(chunk, start, (short) (fields + 1));
            CopyEncoder.INTS.set(chunk, used, 4);
            CopyEncoder.INTS.set(chunk, used + 4, index);
            used += CopyEncoder.ROW_NUMBER_BYTES;
        }
    }

    /** Puts bytes into the chunk, sending it first when they do not fit; answers where they are now. */
    private int append(CopyIn copy, byte[] bytes, int offset, int length) throws SQLException {
        if (chunk.length - used < length + CopyEncoder.ROW_NUMBER_BYTES) {
            copy.writeToCopy(chunk, 0, used);
            used = 0;
            if (chunk.length < length + CopyEncoder.ROW_NUMBER_BYTES) {
                chunk = new byte[2 * length + CopyEncoder.ROW_NUMBER_BYTES];
            }
        }
        int start = used;
        System.arraycopy(bytes, offset, chunk, start, length);
        used += length;
        return start;
    }

    private static String stage(Kind kind) {
        return "pg_temp." + Sql.quote("stage_" + kind.table());
    }
}
