package io.fieldwatch.storage;

import java.time.Duration;

/** How far a log has come into the database. Thread-safe. */
final class StoredPosition {

    private long position;

    synchronized long get() {
        return position;
    }

    synchronized void set(long reached) {
        position = reached;
        notifyAll();
    }

    /** Like {@link #set}, but never back. */
    synchronized void advance(long reached) {
        if (reached > position) {
            set(reached);
        }
    }

    /** Waits until everything before a position is in the database; false when it is not after that time. */
    synchronized boolean await(long wanted, Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (position < wanted) {
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return false;
            }
            wait(leftMillis);
        }
        return true;
    }
}
