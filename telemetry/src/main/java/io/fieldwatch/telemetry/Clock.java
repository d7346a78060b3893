package io.fieldwatch.telemetry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Wall and monotonic time, kept apart: stamps come from the wall, waits and durations never do. Thread-safe.
 */
public interface Clock {

    /** Wall time, microseconds since 1970-01-01T00:00:00Z; may jump. */
    long wallMicros();

    /** Monotonic time in nanoseconds from an arbitrary origin. */
    long nanos();

    default long wallMillis() {
        return Math.floorDiv(wallMicros(), 1000);
    }

    static Clock system() {
        return SystemClock.INSTANCE;
    }

    /** The machine's clocks. */
    enum SystemClock implements Clock {
        INSTANCE;

        @Override
        public long wallMicros() {
            return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }
    }
}
