package io.fieldwatch.server;

import io.fieldwatch.alerts.AlertEngine;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the blocks of the observation log, in order, to the rules: one thread. Every few seconds it writes a checkpoint
 * into the alert log and lets the observation log forget what the checkpoint covers.
 */
final class AlertWorker implements AutoCloseable {

    /** The name this reader holds in the observation log. */
    static final String READER = "alerts";

    private static final Logger LOG = LoggerFactory.getLogger(AlertWorker.class);
    private static final long WAIT_MILLIS = 200;
    private static final long CHECKPOINT_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long CLOSE_SECONDS = 5;

    private final AlertEngine engine;
    private final LogReader reader;
    private final Thread thread = new Thread(this::run, "fieldwatch-alerts");
    private volatile boolean closing;
    private volatile long evaluatedTo;
    private volatile @Nullable Throwable failure;

    /**
     * Restores the engine from its log.
     *
     * @throws IOException when the alert log cannot be read
     */
    AlertWorker(AlertEngine engine, ObservationLog log) throws IOException, InterruptedException {
        this.engine = engine;
        long from = engine.restore();
        reader = log.read(READER, from);
        evaluatedTo = from;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Position behind the last block that the rules have seen. */
    long evaluatedTo() {
        return evaluatedTo;
    }

    /** Why no alert is raised any more; empty while the rules are at work. A restart recovers. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private void run() {
        try {
            long checkpointAt = System.nanoTime() + CHECKPOINT_NANOS;
            while (!closing) {
                if (reader.next(WAIT_MILLIS)) {
                    engine.onBlock(reader.block(), reader.nextPosition());
                    evaluatedTo = reader.nextPosition();
                }
                if (System.nanoTime() - checkpointAt >= 0) {
                    engine.checkpoint(); // should it fail, the next block will say so
                    reader.release(engine.checkpointedPosition());
                    checkpointAt = System.nanoTime() + CHECKPOINT_NANOS;
                }
            }
            engine.checkpoint().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | ExecutionException | TimeoutException e) {
            LOG.error("the rules have stopped", e);
            failure = e;
        }
    }

    /** Stops after the block at hand and a last checkpoint. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(2 * CLOSE_SECONDS * 1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        engine.close();
        reader.close();
    }
}
