package io.fieldwatch.telemetry;

import java.io.IOException;

/** Reads durable blocks in order. One thread at a time, except {@link #release}. */
public interface LogReader extends AutoCloseable {

    /**
     * Moves to the next block, waiting for one.
     *
     * @return false when none came within the time
     * @throws IOException when the log cannot be read; a damaged block is named with its position
     */
    boolean next(long waitMillis) throws IOException, InterruptedException;

    /** The block that {@link #next} moved to; valid until the next call of it. */
    BlockReader block();

    /** Position of that block. */
    long position();

    /** Position behind that block. */
    long nextPosition();

    /** Bytes of durable log behind what was read: 0 when up to date. */
    long lag();

    /** Everything before the position is dealt with for good, and the log may forget it. Thread-safe. */
    void release(long position);

    @Override
    void close();
}
