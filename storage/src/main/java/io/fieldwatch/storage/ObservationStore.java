package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the observation log into the database, each observation once: a batch and the position it reaches are one
 * transaction, and after any doubt the database is asked how far it has come. Owns the thread {@code fieldwatch-storage}.
 *
 * <p>While the database is away the thread tries again with growing pauses, for ever; the log keeps what is not stored.
 * Memory is bounded by one batch. The public methods are thread-safe.
 */
public final class ObservationStore implements AutoCloseable {

    /** The name under which this reads the log; the log must have been opened with it. */
    public static final String READER = "storage";

    private static final Logger LOG = LoggerFactory.getLogger(ObservationStore.class);
    private static final long IDLE_MILLIS = 250;
    private static final Duration STOP_WAIT = Duration.ofSeconds(10);

    private final StorageConfig config;
    private final Database database;
    private final ObservationLog log;
    private final MetricSet<StorageMetric> metrics;
    private final LogPositions positions;
    private final DeviceRegistry registry;
    private final Batch batch;
    private final BatchWriter writer;
    private final Worker worker;

    private @Nullable LogReader reader;
    private LogPositions.Gap gap = new LogPositions.Gap(0, 0);
    /** A transaction whose outcome is not known. */
    private @Nullable Tally inDoubt;

    private long inDoubtTo;
    private volatile @Nullable Connection busy;
    private final StoredPosition storedPosition = new StoredPosition();

    public ObservationStore(
            StorageConfig config,
            Database database,
            ObservationLog log,
            Catalogue catalogue,
            MetricSet<StorageMetric> metrics) {
        this.config = config;
        this.database = database;
        this.log = log;
        this.metrics = metrics;
        positions = new LogPositions(log.id(), READER);
        registry = new DeviceRegistry(catalogue);
        batch = new Batch(catalogue, registry, config);
        writer = new BatchWriter(registry, positions, metrics);
        worker = new Worker("fieldwatch-storage", new Loop(), metrics);
    }

    public void start() {
        worker.start();
    }

    /** Everything in the log before this position is in the database. */
    public long storedPosition() {
        return storedPosition.get();
    }

    /**
     * Waits until everything before a position is in the database.
     *
     * @return false when it is not after that time
     */
    public boolean awaitStored(long position, Duration wait) throws InterruptedException {
        return storedPosition.await(position, wait);
    }

    /**
     * Ends after the transaction in hand, without waiting for what is still in the log. A server that does not answer is
     * cut off after ten seconds; the next start asks it what it has committed.
     */
    @Override
    public void close() {
        worker.stop(STOP_WAIT, () -> {
            Connection connection = busy;
            if (connection != null) {
                database.discard(connection);
            }
        });
    }

    private final class Loop implements Worker.Task {

        @Override
        public void doWork() throws SQLException, IOException, InterruptedException {
            LogReader current = reader;
            if (current == null) {
                current = resume();
            }
            gather(current);
            if (!batch.isEmpty()) {
                write();
                current.release(batch.to());
                storedPosition.set(batch.to());
                if (batch.to() >= gap.until()) {
                    closeReader();
                }
            }
            metrics.set(StorageMetric.LAG_BYTES, current.lag());
        }

        @Override
        public void recover() {
            closeReader();
            database.doubt();
        }

        @Override
        public void end() {
            closeReader();
        }
    }

    /** Asks the database how far it has come, and reads on from there. */
    private LogReader resume() throws SQLException {
        database.prepare();
        Connection connection = begin();
        try {
            gap = positions.firstGap(connection);
            registry.reset(log.devices());
            registry.write(connection);
            connection.commit();
            registry.committed();
            end(connection);
        } catch (SQLException | RuntimeException e) {
            fail(connection);
            throw e;
        }
        if (inDoubt != null && gap.from() >= inDoubtTo) {
            inDoubt.addTo(metrics);
        }
        inDoubt = null;
        LogReader opened = log.read(READER, gap.from());
        if (opened.nextPosition() > gap.from()) {
            long kept = Math.min(opened.nextPosition(), gap.until());
            opened.close();
            leaveOut(gap.from(), kept);
            return resume();
        }
        reader = opened;
        opened.release(gap.from());
        storedPosition.set(gap.from());
        return opened;
    }

    /**
     * The log has forgotten a stretch that this database never got: what was in it is in the database that this one
     * replaces. Counting it as committed lets the next start find the place where this one goes on.
     */
    private void leaveOut(long from, long to) throws SQLException {
        LOG.warn(
                "this database is younger than the log: positions {} to {} were stored in another one and are left out",
                from,
                to);
        Connection connection = begin();
        try {
            positions.commit(connection, from, to);
            connection.commit();
            end(connection);
        } catch (SQLException | RuntimeException e) {
            fail(connection);
            throw e;
        }
    }

    /** Fills the batch with what there is, waiting for company no longer than an observation may wait. */
    private void gather(LogReader current) throws IOException, InterruptedException {
        batch.begin(current.nextPosition());
        if (!current.next(IDLE_MILLIS)) {
            return;
        }
        long visibleMillis = config.visibleWithin().toMillis();
        long deadline = System.nanoTime() + config.visibleWithin().toNanos();
        do {
            batch.add(current.block(), current.nextPosition());
        } while (!batch.full()
                && batch.to() < gap.until()
                && System.nanoTime() < deadline
                && !worker.stopping()
                && current.next(visibleMillis / 10));
    }

    private void write() throws SQLException {
        Connection connection = begin();
        Tally tally = new Tally();
        try {
            writer.write(connection, batch, tally);
            inDoubt = tally;
            inDoubtTo = batch.to();
            connection.commit();
            inDoubt = null;
            registry.committed();
            end(connection);
        } catch (SQLException | RuntimeException e) {
            fail(connection);
            throw e;
        }
        tally.addTo(metrics);
    }

    private Connection begin() throws SQLException {
        Connection connection = database.writer();
        busy = connection;
        return connection;
    }

    private void end(Connection connection) throws SQLException {
        busy = null;
        connection.close();
    }

    private void fail(Connection connection) {
        busy = null;
        database.discard(connection);
    }

    private void closeReader() {
        LogReader current = reader;
        reader = null;
        if (current != null) {
            current.close();
        }
    }
}
