package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import java.time.Duration;

/**
 * Brings the observation log into the database, each observation once. One thread, {@code fieldwatch-storage}, reads the
 * log and makes batches; {@link StorageConfig#writers} threads, each with a connection, write them. A batch and the range
 * of the log it covers are one transaction, and after any doubt the database is asked which ranges it has.
 *
 * <p>While the database is away it is tried again with growing pauses, for ever; the log keeps what is not stored. Memory
 * is bounded: two batches more than there are writers, and a window of recent identities for each device. The public
 * methods are thread-safe.
 */
public final class ObservationStore implements AutoCloseable {

    /** The name under which this reads the log; the log must have been opened with it. */
    public static final String READER = "storage";

    static final Duration STOP_WAIT = Duration.ofSeconds(10);

    private final MetricSet<StorageMetric> metrics;
    private final StoreSteps steps;
    private final StoredPosition storedPosition = new StoredPosition();
    private final StoreParts parts;
    private final Gatherer gatherer;
    private final Worker worker;

    public ObservationStore(
            StorageConfig config,
            Database database,
            ObservationLog log,
            Catalogue catalogue,
            MetricSet<StorageMetric> metrics) {
        this(config, database, log, catalogue, metrics, new StoreSteps());
    }

    ObservationStore(
            StorageConfig config,
            Database database,
            ObservationLog log,
            Catalogue catalogue,
            MetricSet<StorageMetric> metrics,
            StoreSteps steps) {
        this.metrics = metrics;
        this.steps = steps;
        parts = new StoreParts(config, database, log, catalogue, steps, this::landed);
        gatherer = new Gatherer(parts, log, metrics, storedPosition, this::stopping);
        worker = new Worker("fieldwatch-storage", gatherer, metrics);
    }

    public void start() {
        parts.startLanes(steps, metrics);
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
     * Ends after the transactions in hand, without waiting for what is still in the log. A server that does not answer is
     * cut off after ten seconds; the next start asks it what it has committed.
     */
    @Override
    public void close() {
        worker.stop(STOP_WAIT.multipliedBy(2), () -> {
            gatherer.cut();
            parts.cutLanes();
        });
        parts.inFlight().close();
        for (CopyLane lane : parts.lanes()) {
            if (!lane.stop(STOP_WAIT)) {
                lane.cut();
            }
        }
        parts.connections().close();
    }

    private void landed(long position) {
        gatherer.landed(position);
    }

    private boolean stopping() {
        return worker.stopping();
    }
}
