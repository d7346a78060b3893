package io.fieldwatch.storage;

import io.fieldwatch.storage.BatchesInFlight.Doubt;
import io.fieldwatch.storage.LogPositions.Committed;
import io.fieldwatch.storage.LogPositions.Gap;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log in order, makes batches and launches them: large ones while the writers are busy, small ones when a writer
 * waits, so that what comes in slowly is visible soon. After any failure it asks the database what is committed and reads
 * on from there.
 */
final class Gatherer implements Worker.Task {

    private static final Logger LOG = LoggerFactory.getLogger(Gatherer.class);

    private static final long IDLE_MILLIS = 250;
    private static final int MERGE_EVERY = 64;
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final StoreParts parts;
    private final ObservationLog log;
    private final MetricSet<StorageMetric> metrics;
    private final StoredPosition storedPosition;
    private final BooleanSupplier stopping;
    private final long lingerNanos;
    private final long companyMillis;
    private final RecordSorter sorter;

    private volatile @Nullable LogReader reader;
    private Gap gap = new Gap(0, 0);
    private long epoch;
    private BitSet born = new BitSet();
    private int launchedSinceMerge;
    private volatile @Nullable Connection busy;

    /** @param stopping whether the thread is to end */
    Gatherer(
            StoreParts parts,
            ObservationLog log,
            MetricSet<StorageMetric> metrics,
            StoredPosition storedPosition,
            BooleanSupplier stopping) {
        this.parts = parts;
        this.log = log;
        this.metrics = metrics;
        this.storedPosition = storedPosition;
        this.stopping = stopping;
        sorter = parts.sorter(this::openWindows);
        lingerNanos = parts.config().visibleWithin().toNanos() / 2;
        companyMillis = Math.max(1, parts.config().visibleWithin().toMillis() / 10);
    }

    @Override
    public void doWork() throws Exception {
        LogReader current = reader;
        if (current == null) {
            current = resume();
        }
        throwFailure();
        Batch batch = parts.inFlight().takeFree(IDLE_MILLIS);
        if (batch != null) {
            fill(current, batch);
        }
        reportLag();
    }

    /** The database or a batch failed: whatever is under way ends first, for better or worse. */
    @Override
    public void recover(Exception failure) {
        parts.inFlight().fail(new SQLException("the batches before it are to be read again", "40001"));
        awaitQuietOrCut(GRACE);
        parts.connections().renew();
        parts.database().renewWriters();
        closeReader();
        parts.database().doubtAfter(failure);
        if (epoch > 0) { // before, nobody knows how much of the log the database has
            reportLag();
        }
    }

    /** The last call: what was launched may still land. */
    @Override
    public void end() {
        awaitQuietOrCut(ObservationStore.STOP_WAIT);
        closeReader();
    }

    /** Cuts off what the gatherer itself waits for. */
    void cut() {
        Connection connection = busy;
        if (connection != null) {
            parts.database().discard(connection);
        }
    }

    /** Told by the writers, in order: everything before the position is stored. */
    void landed(long position) {
        storedPosition.advance(position);
        LogReader current = reader;
        if (current != null) {
            current.release(position);
        }
    }

    private void reportLag() {
        metrics.set(StorageMetric.LAG_BYTES, Math.max(0, log.end() - storedPosition.get()));
    }

    private void fill(LogReader current, Batch batch) throws Exception {
        boolean launched = false;
        long to;
        try {
            gather(current, batch);
            to = batch.to();
            if (!batch.isEmpty()) {
                batch.sort(parts.registry()::idOf);
                parts.inFlight().launch(batch);
                launched = true;
            }
        } finally {
            if (!launched) {
                parts.inFlight().giveBack(batch);
            }
        }
        if (launched) {
            afterLaunch(to);
        }
    }

    private void afterLaunch(long to) throws Exception {
        if (++launchedSinceMerge >= MERGE_EVERY) {
            launchedSinceMerge = 0;
            transaction(connection -> parts.positions().merge(connection));
        }
        if (to >= gap.until()) {
            awaitQuiet();
            closeReader(); // the next stretch is in the database already
        } else if (parts.windows().full()) {
            awaitQuiet(); // what is under way would not be found in the database
            parts.windows().clear();
        }
    }

    /** Fills the batch with what there is, waiting for company no longer than an observation may wait. */
    private void gather(LogReader current, Batch batch) throws IOException, InterruptedException, SQLException {
        batch.begin(current.nextPosition());
        if (!current.next(IDLE_MILLIS)) {
            return;
        }
        long deadline = System.nanoTime() + lingerNanos;
        do {
            sorter.sort(current.block(), batch);
            batch.reach(current.nextPosition());
        } while (!batch.full()
                && batch.to() < gap.until()
                && !stopping.getAsBoolean()
                && parts.inFlight().failure() == null
                && (System.nanoTime() < deadline || !parts.inFlight().writerIdle())
                && current.next(companyMillis));
        writeNews();
    }

    /** Devices that no observation has named yet, and new descriptions. */
    private void writeNews() throws SQLException {
        if (parts.registry().hasNews()) {
            transaction(connection -> born.or(parts.registry().write(connection)));
            parts.registry().committed();
        }
    }

    private void openWindows(BitSet devices) throws SQLException {
        writeNews();
        transaction(connection -> parts.storedTimes().open(connection, devices, born));
        born.andNot(devices);
    }

    /** Asks the database how far it has come, and reads on from there. */
    private LogReader resume() throws SQLException {
        parts.database().prepare();
        Committed[] found = new Committed[1];
        BitSet[] unheardOf = new BitSet[1];
        transaction(parts.connections()::endLeftBehind);
        transaction(connection -> {
            found[0] = parts.positions().begin(connection);
            parts.registry().reset(log.devices());
            unheardOf[0] = parts.registry().write(connection);
        });
        parts.registry().committed();
        Committed committed = found[0];
        born = unheardOf[0];
        gap = committed.firstGap();
        epoch = committed.epoch();
        parts.windows().clear();
        sorter.setLate(parts.database()
                .layout()
                .filter(layout -> layout.edition() == Edition.TIMESCALE_COMMUNITY)
                .map(layout -> layout.columnstoreAfter().toMillis() * 1_000)
                .orElse(Long.MAX_VALUE));
        settle(parts.inFlight().begin(gap.from(), epoch), committed);
        LogReader opened = log.read(ObservationStore.READER, gap.from());
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

    private void settle(List<Doubt> doubts, Committed committed) {
        for (Doubt doubt : doubts) {
            if (committed.covers(doubt.from(), doubt.to())) {
                doubt.tally().addTo(metrics);
            }
        }
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
        transaction(connection -> parts.positions().commit(connection, epoch, from, to));
    }

    private void throwFailure() throws Exception {
        Throwable failure = parts.inFlight().failure();
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (Exception) failure;
        }
    }

    private void awaitQuiet() throws Exception {
        while (!parts.inFlight().awaitQuiet(GRACE)) {
            if (stopping.getAsBoolean()) {
                return;
            }
        }
        throwFailure();
    }

    private void awaitQuietOrCut(Duration patience) {
        boolean interrupted = false;
        boolean quiet = false;
        for (Duration wait = patience; !quiet; wait = GRACE) {
            try {
                quiet = parts.inFlight().awaitQuiet(wait);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (!quiet) {
                parts.cutLanes();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Work {
        void with(Connection connection) throws SQLException;
    }

    private void transaction(Work work) throws SQLException {
        Connection connection = parts.database().writer();
        busy = connection;
        try {
            work.with(connection);
            connection.commit();
            busy = null;
            connection.close();
        } catch (SQLException | RuntimeException | Error e) {
            busy = null;
            parts.database().discard(connection);
            throw e;
        }
    }

    private void closeReader() {
        LogReader current = reader;
        reader = null;
        if (current != null) {
            current.close();
        }
    }
}
