package io.fieldwatch.storage;

import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.RejectedInput;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Puts one batch and the range of the log it covers into one transaction. One thread at a time.
 *
 * <p>Open to tests that do one of its steps wrong, to prove that the crash lab notices.
 */
class BatchWriter {

    private final Database database;
    private final LogPositions positions;
    private final DeviceRegistry registry;
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

    BatchWriter(Database database, DeviceRegistry registry, LogPositions positions, MetricSet<StorageMetric> metrics) {
        this.database = database;
        this.registry = registry;
        this.positions = positions;
        this.metrics = metrics;
        kindWriter = new KindWriter(registry, metrics);
    }

    /**
     * Writes everything of the batch except its range.
     *
     * @param tally filled with what the transaction will have done
     */
    void write(Connection connection, Batch batch, Tally tally) throws SQLException {
        Set<Integer> careful = new HashSet<>();
        while (true) {
            try {
                tally.set(batch.refused());
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

    /** Says in the same transaction which stretch of the log it covers. */
    void claim(Connection connection, Batch batch, long epoch) throws SQLException {
        positions.commit(connection, epoch, batch.from(), batch.to());
    }

    void commit(Connection connection) throws SQLException {
        connection.commit();
    }

    private void attempt(Connection connection, Batch batch, Set<Integer> careful, Tally tally)
            throws SQLException, RowsRefused {
        List<RejectedInput> rejects = new ArrayList<>(batch.rejected());
        List<KindRows> few = new ArrayList<>();
        for (KindRows rows : batch.fresh()) {
            if (careful.contains(rows.kind().number()) || rows.count() < TableLayout.DIRECT_ROWS_MIN) {
                few.add(rows);
            } else {
                copy(connection, rows, tally);
            }
        }
        // What follows goes into rows, also where large batches go straight into the columnstore.
        for (String setting :
                database.layout().map(TableLayout::rowCopySettings).orElse(List.of())) {
            Database.execute(connection, setting);
        }
        for (KindRows rows : few) {
            if (careful.contains(rows.kind().number())) {
                kindWriter.copyCarefully(connection, rows, tally, rejects);
            } else if (rows.count() > 0) {
                copy(connection, rows, tally);
            }
        }
        for (KindRows rows : batch.doubtful()) {
            if (rows.count() > 0) {
                kindWriter.copyCarefully(connection, rows, tally, rejects);
            }
        }
        DeviceEvents.insert(connection, batch.offline(), registry);
        QuarantineTable.insert(connection, rejects);
        tally.quarantined = rejects.size();
    }

    private void copy(Connection connection, KindRows rows, Tally tally) throws SQLException, RowsRefused {
        try {
            kindWriter.copy(connection, rows);
            tally.stored += rows.count();
        } catch (SQLException e) {
            if (KindWriter.blamesRows(e)) {
                throw new RowsRefused(rows.kind().number(), e);
            }
            throw e;
        }
    }
}
