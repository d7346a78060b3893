package io.fieldwatch.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test moves; wall and monotonic time move together only through {@link #advance}. */
public final class FakeClock implements Clock {

    private final AtomicLong wallMicros;
    private final AtomicLong nanos = new AtomicLong();

    public FakeClock(Instant start) {
        wallMicros = new AtomicLong(start.getEpochSecond() * 1_000_000 + start.getNano() / 1000);
    }

    @Override
    public long wallMicros() {
        return wallMicros.get();
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
        wallMicros.addAndGet(time.toNanos() / 1000);
    }

    /** Sets the wall back or forward; monotonic time goes on. */
    public void jumpWall(Duration by) {
        wallMicros.addAndGet(by.toNanos() / 1000);
    }
}
