package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Stores with one deliberate bug each, to prove that the crash lab notices. They are meant for tables without a unique
 * index: where there is one, the database itself mends some of these bugs.
 */
public enum FaultyStores {
    /** Nothing wrong; but the answer to every second COMMIT is lost on its way, as {@link #BLIND_RETRY} meets it. */
    LOST_ANSWERS(writers(LosingAnswers::new)),
    /** Says what it has read in a transaction of its own, before the one with the rows. */
    POSITION_APART(writers(PositionApart::new)),
    /** Takes everything that comes for new. */
    DEDUPE_OFF(new ForgetfulSteps()),
    /** Leaves out a batch that is not large, as somebody who waits for company and forgets to look at the clock. */
    LAST_BATCH_DROPPED(writers(SmallBatchesDropped::new)),
    /** Writes a batch again when the answer to its COMMIT is lost, without asking what became of it. */
    BLIND_RETRY(writers(BlindRetry::new));

    private final StoreSteps steps;

    FaultyStores(StoreSteps steps) {
        this.steps = steps;
    }

    /** A store with this bug. */
    public ObservationStore store(
            StorageConfig config,
            Database database,
            ObservationLog log,
            Catalogue catalogue,
            MetricSet<StorageMetric> metrics) {
        return new ObservationStore(config, database, log, catalogue, metrics, steps);
    }

    private interface WriterMaker {
        BatchWriter make(
                Database database, DeviceRegistry registry, LogPositions positions, MetricSet<StorageMetric> metrics);
    }

    private static StoreSteps writers(WriterMaker maker) {
        return new StoreSteps() {
            @Override
            BatchWriter writer(
                    Database database,
                    DeviceRegistry registry,
                    LogPositions positions,
                    MetricSet<StorageMetric> metrics) {
                return maker.make(database, registry, positions, metrics);
            }
        };
    }

    private static class LosingAnswers extends BatchWriter {

        private int commits;

        LosingAnswers(
                Database database, DeviceRegistry registry, LogPositions positions, MetricSet<StorageMetric> metrics) {
            super(database, registry, positions, metrics);
        }

        @Override
        void commit(Connection connection) throws SQLException {
            super.commit(connection);
            if (++commits % 2 == 0) {
                throw new SQLException("the connection ended before the answer", "08006");
            }
        }
    }

    private static final class PositionApart extends BatchWriter {

        private static final int BETWEEN_MILLIS_MAX = 60;

        PositionApart(
                Database database, DeviceRegistry registry, LogPositions positions, MetricSet<StorageMetric> metrics) {
            super(database, registry, positions, metrics);
        }

        @Override
        void claim(Connection connection, Batch batch, long epoch) throws SQLException {
            connection.rollback();
            super.claim(connection, batch, epoch);
            connection.commit();
            pause(BETWEEN_MILLIS_MAX); // a process that is killed here has lost the rows
            super.write(connection, batch, new Tally());
        }
    }

    private static final class SmallBatchesDropped extends BatchWriter {

        private static final int ROWS = 50;

        SmallBatchesDropped(
                Database database, DeviceRegistry registry, LogPositions positions, MetricSet<StorageMetric> metrics) {
            super(database, registry, positions, metrics);
        }

        @Override
        void write(Connection connection, Batch batch, Tally tally) throws SQLException {
            if (batch.rows() >= ROWS) {
                super.write(connection, batch, tally);
            }
        }
    }

    private static final class BlindRetry extends LosingAnswers {

        private @Nullable Batch latest;

        BlindRetry(
                Database database, DeviceRegistry registry, LogPositions positions, MetricSet<StorageMetric> metrics) {
            super(database, registry, positions, metrics);
        }

        @Override
        void write(Connection connection, Batch batch, Tally tally) throws SQLException {
            latest = batch;
            super.write(connection, batch, tally);
        }

        @Override
        void commit(Connection connection) throws SQLException {
            try {
                super.commit(connection);
            } catch (SQLException e) {
                super.write(connection, Objects.requireNonNull(latest), new Tally());
                connection.commit();
            }
        }
    }

    private static final class ForgetfulSteps extends StoreSteps {

        @Override
        IdentityWindows windows(StorageConfig config) {
            return new Forgetful(config.identities());
        }
    }

    private static final class Forgetful extends IdentityWindows {

        Forgetful(int identities) {
            super(identities, 1_000_000);
        }

        @Override
        int check(int device, long timeMicros, long hash) {
            return isOpen(device) ? NEW : CLOSED;
        }
    }

    private static void pause(int millisMax) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextInt(millisMax));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
