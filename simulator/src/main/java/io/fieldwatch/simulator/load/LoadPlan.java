package io.fieldwatch.simulator.load;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;

/**
 * When each message is due and what times its observations have. The messages of all connections are spread evenly over
 * time; no two observations of a connection have the same time. Nothing changes once it has begun.
 */
final class LoadPlan {

    private static final long PAST_MICROS = 600_000_000L;
    /** How far apart the observations of a connection are when there is no schedule. */
    private static final long CLOSED_STEP_MICROS = 10;

    private final LoadConfig config;
    private final Kind kind;
    private volatile long startMicros;
    private volatile long startNanos;
    private final double intervalNanos;

    LoadPlan(LoadConfig config, long startMicros, long startNanos) {
        this.config = config;
        this.startMicros = startMicros;
        this.startNanos = startNanos;
        this.kind = Catalogue.builtIn().kind("traffic-flow").orElseThrow();
        this.intervalNanos = config.rate() == 0 ? 0 : 1e9 * config.batch() * config.connections() / config.rate();
    }

    /** Before the first message. */
    void begin(long nowMicros, long nowNanos) {
        startMicros = nowMicros;
        startNanos = nowNanos;
    }

    LoadConfig config() {
        return config;
    }

    Kind kind() {
        return kind;
    }

    boolean isOpenLoop() {
        return intervalNanos > 0;
    }

    /** On the clock of {@link System#nanoTime}. */
    long dueNanos(int connection, long message) {
        double phase = (double) connection / config.connections();
        return startNanos + (long) ((message + phase) * intervalNanos);
    }

    /** Time of the i-th observation of a message, microseconds since 1970. */
    long timeMicros(int connection, long message, int i) {
        if (!isOpenLoop()) {
            return startMicros - PAST_MICROS + (message * config.batch() + i) * CLOSED_STEP_MICROS;
        }
        double step = intervalNanos / 1000 / config.batch();
        return startMicros + (long) ((dueNanos(connection, message) - startNanos) / 1000.0) + (long) (i * step);
    }
}
