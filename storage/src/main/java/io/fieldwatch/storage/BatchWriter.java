package io.fieldwatch.storage;

import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.RejectedInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Puts one batch and the position it reaches into one transaction. */
final class BatchWriter {

    private final DeviceRegistry registry;
    private final LogPositions positions;
    private final KindWriter kindWriter;
    private final MetricSet<StorageMetric> metrics;

    /** The database refused the rows of one kind; the transaction is to be done again, that kind carefully. */
    private static final class RowsRefused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int kind;

        RowsRefused(int kind, SQLException cause) {
            super(cause);
            this.kind = kind;
        }
    }

    BatchWriter(DeviceRegistry registry, LogPositions positions, MetricSet<StorageMetric> metrics) {
        this.registry = registry;
        this.positions = positions;
        this.metrics = metrics;
        kindWriter = new KindWriter(registry, metrics);
    }

    /**
     * Does everything except the commit.
     *
     * @param tally filled with what the transaction will have done
     */
    void write(Connection connection, Batch batch, Tally tally) throws SQLException {
        Set<Integer> careful = new HashSet<>();
        while (true) {
            try {
                tally.set(new Tally());
                attempt(connection, batch, careful, tally);
                return;
            } catch (RowsRefused e) {
                // At most once for each kind: the careful way deals with refused rows itself.
                careful.add(e.kind);
                metrics.add(StorageMetric.RETRIES, 1);
                connection.rollback();
            }
        }
    }

    private void attempt(Connection connection, Batch batch, Set<Integer> careful, Tally tally)
            throws SQLException, RowsRefused {
        registry.write(connection);
        List<RejectedInput> rejects = new ArrayList<>(batch.rejected());
        tally.unstorable = batch.unstorable();
        for (KindRows rows : batch.kinds()) {
            if (rows.count() == 0) {
                continue;
            }
            boolean twins = rows.sort(registry::idOf);
            if (twins || careful.contains(rows.kind().number())) {
                kindWriter.copyCarefully(connection, rows, tally, rejects);
            } else {
                copy(connection, rows);
                tally.stored += rows.count();
            }
        }
        QuarantineTable.insert(connection, rejects);
        tally.quarantined = rejects.size();
        positions.commit(connection, batch.from(), batch.to());
    }

    private void copy(Connection connection, KindRows rows) throws SQLException, RowsRefused {
        try {
            kindWriter.copy(connection, rows);
        } catch (SQLException e) {
            if (KindWriter.blamesRows(e)) {
                throw new RowsRefused(rows.kind().number(), e);
            }
            throw e;
        }
    }
}
