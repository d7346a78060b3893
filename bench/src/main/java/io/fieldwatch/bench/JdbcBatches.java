package io.fieldwatch.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.fieldwatch.telemetry.Property;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The writer that most teams would write: two threads, a pool, a prepared INSERT, addBatch, a commit per batch, and the
 * driver's switch that turns a batch into INSERTs of many rows.
 */
final class JdbcBatches {

    private static final int THREADS = 2;

    private JdbcBatches() {}

    /**
     * A way of doing it.
     *
     * @param rowsEach rows in a batch, which is a transaction
     * @param ignoreConflicts ON CONFLICT DO NOTHING, what protects against redelivery
     */
    record Variant(int rowsEach, boolean ignoreConflicts) {

        static final List<Variant> ALL = List.of(
                new Variant(1_000, false),
                new Variant(5_000, false),
                new Variant(1_000, true),
                new Variant(5_000, true));

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "jdbc, batches of %,d", rowsEach)
                    + (ignoreConflicts ? ", on conflict do nothing" : "");
        }
    }

    /** Inserts the first {@code count} rows. */
    static void insert(SampleRows rows, long count, Variant variant, String url) throws Exception {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setReWriteBatchedInserts(true);
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(THREADS);
        config.setAutoCommit(false);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            AtomicLong next = new AtomicLong();
            List<Parallel.Task> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                threads.add(() -> insert(rows, count, variant, pool, next));
            }
            Parallel.run(threads);
        }
    }

    private static void insert(SampleRows rows, long count, Variant variant, HikariDataSource pool, AtomicLong next)
            throws SQLException {
        String sql = sql(variant);
        while (true) {
            long from = next.getAndAdd(variant.rowsEach());
            if (from >= count) {
                return;
            }
            try (Connection connection = pool.getConnection();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                for (long row = from; row < Math.min(count, from + variant.rowsEach()); row++) {
                    set(statement, rows, row);
                    statement.addBatch();
                }
                statement.executeBatch();
                connection.commit();
            }
        }
    }

    private static void set(PreparedStatement statement, SampleRows rows, long row) throws SQLException {
        int at = 1;
        long micros = rows.timeMicros(row);
        Timestamp time = new Timestamp(micros / 1000);
        time.setNanos((int) (micros % 1_000_000) * 1000);
        statement.setTimestamp(at++, time);
        statement.setInt(at++, rows.device(row) + 1);
        for (Property property : SampleRows.KIND.properties()) {
            double value = rows.value(row, property.number());
            switch (property.type()) {
                case BOOLEAN -> statement.setBoolean(at++, value >= 0.5);
                case INTEGER -> statement.setLong(at++, (long) value);
                default -> statement.setDouble(at++, value);
            }
        }
        statement.setShort(at, (short) 0);
    }

    private static String sql(Variant variant) {
        List<Property> properties = SampleRows.KIND.properties();
        String columns = properties.stream()
                .map(property -> '"' + property.column() + '"')
                .collect(Collectors.joining(", "));
        return "INSERT INTO " + ScratchDatabase.SAMPLE_TABLE + " (time, device_id, " + columns + ", quality) VALUES ("
                + String.join(", ", Collections.nCopies(properties.size() + 3, "?")) + ")"
                + (variant.ignoreConflicts() ? " ON CONFLICT DO NOTHING" : "");
    }
}
