package io.fieldwatch.server;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the wall clock into the observation log once a second, so that rules about time (on-delays, silence) see it at
 * the same place of the log in every replay. A tick that the log does not take is left out: time then reaches the rules
 * with the next one.
 */
final class Ticker implements AutoCloseable {

    private static final Duration EVERY = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

    private final ObservationLog log;
    private final int catalogueVersion;
    private final Clock clock;
    private final BlockWriter writer = new BlockWriter();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "fieldwatch-ticker");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable ScheduledFuture<?> ticking;

    Ticker(ObservationLog log, int catalogueVersion, Clock clock) {
        this.log = log;
        this.catalogueVersion = catalogueVersion;
        this.clock = clock;
    }

    void start() {
        ticking = timer.scheduleAtFixedRate(this::tick, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tick() {
        long now = clock.wallMicros();
        ByteBuffer block = ByteBuffer.allocate(BlockFormat.HEADER_BYTES + 16);
        writer.open(block, catalogueVersion, now / 1000);
        if (!writer.tick(now)) {
            throw new IllegalStateException("a tick does not fit " + block.capacity() + " bytes");
        }
        if (!log.append(writer.seal(), Outcome.NOBODY_WAITS)) {
            LOG.debug("the log took no tick; the next one carries the time");
        }
    }

    @Override
    public void close() {
        ScheduledFuture<?> running = ticking;
        if (running != null) {
            running.cancel(false);
        }
        timer.shutdown();
        try {
            if (!timer.awaitTermination(5, TimeUnit.SECONDS)) {
                timer.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private enum Outcome implements ObservationLog.Outcome {
        NOBODY_WAITS;

        @Override
        public void onDurable(long position) {
            // a tick owes no acknowledgement
        }

        @Override
        public void onFailed(IOException cause) {
            // the log tells everybody else
        }
    }
}
