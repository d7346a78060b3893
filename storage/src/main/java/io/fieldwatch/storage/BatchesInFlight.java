package io.fieldwatch.storage;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The batches between the gatherer, which launches them in the order of the log, and the writers, which land them in any
 * order. There is a fixed number of batches, so memory is bounded and a gatherer that finds none free waits.
 *
 * <p>When one of them fails, nothing more is handed out; what is under way lands or fails as well. Then the gatherer begins
 * anew from what the database says. Thread-safe.
 */
final class BatchesInFlight {

    private final LongConsumer progress;
    private final Deque<Batch> free = new ArrayDeque<>();
    private final Deque<Flight> launched = new ArrayDeque<>();
    private final Deque<Flight> flying = new ArrayDeque<>();
    private final List<Doubt> doubts = new ArrayList<>();
    private int underWay;
    private int idleWriters;
    private long epoch;
    private long landed;
    private @Nullable Throwable failure;
    private boolean closed;

    /** A batch on its way. */
    static final class Flight {

        private final Batch batch;
        private final long epoch;
        private final long from;
        private final long to;
        private final Tally tally = new Tally();
        private boolean hasLanded;
        private boolean committing;

        Flight(Batch batch, long epoch) {
            this.batch = batch;
            this.epoch = epoch;
            from = batch.from();
            to = batch.to();
        }

        Batch batch() {
            return batch;
        }

        /** Under which it commits. */
        long epoch() {
            return epoch;
        }

        /** What its transaction does, as far as it has come. */
        Tally tally() {
            return tally;
        }

        /** From here on nobody but the database knows what became of it, should it fail. */
        void committing() {
            committing = true;
        }
    }

    /** A transaction whose outcome was not known when its connection failed. */
    record Doubt(long from, long to, Tally tally) {}

    /** @param progress told each position before which everything has landed, in order */
    BatchesInFlight(List<Batch> batches, LongConsumer progress) {
        free.addAll(batches);
        this.progress = progress;
    }

    /** Starts over at a position, when nothing is under way; what was in doubt is the caller's to settle. */
    synchronized List<Doubt> begin(long position, long newEpoch) {
        if (underWay > 0) {
            throw new IllegalStateException(underWay + " batches are still under way");
        }
        drop();
        failure = null;
        landed = position;
        epoch = newEpoch;
        List<Doubt> settled = List.copyOf(doubts);
        doubts.clear();
        return settled;
    }

    /** An empty batch, or null when all are on their way for that long. */
    synchronized @Nullable Batch takeFree(long waitMillis) throws InterruptedException {
        long deadline = deadline(waitMillis);
        while (free.isEmpty() && failure == null) {
            long millis = millisTo(deadline);
            if (millis <= 0) {
                return null;
            }
            wait(millis);
        }
        return failure == null ? free.poll() : null;
    }

    /** Takes back a batch that nothing was put into. */
    synchronized void giveBack(Batch batch) {
        free.push(batch);
    }

    /** Whether a writer waits for something to do. */
    synchronized boolean writerIdle() {
        return idleWriters > flying.size();
    }

    synchronized void launch(Batch batch) {
        Flight flight = new Flight(batch, epoch);
        launched.add(flight);
        flying.add(flight);
        notifyAll();
    }

    /** The next batch to write; null when there is none within the time, after a failure, or when closed. */
    synchronized @Nullable Flight take(long waitMillis) throws InterruptedException {
        long deadline = deadline(waitMillis);
        idleWriters++;
        try {
            while (flying.isEmpty() || failure != null) {
                long millis = millisTo(deadline);
                if (closed || millis <= 0) {
                    return null;
                }
                wait(millis);
            }
            underWay++;
            return flying.poll();
        } finally {
            idleWriters--;
        }
    }

    /**
     * Waits until everything that was launched before this one has landed.
     *
     * @throws SQLException when one of them failed
     */
    synchronized void awaitEarlier(Flight flight) throws SQLException, InterruptedException {
        while (landed < flight.from) {
            if (failure != null) {
                throw new SQLException("an earlier batch failed", "40001", failure);
            }
            wait();
        }
    }

    /** The transaction is committed. */
    synchronized void land(Flight flight) {
        flight.hasLanded = true;
        underWay--;
        free.push(flight.batch);
        while (!launched.isEmpty() && launched.element().hasLanded) {
            landed = launched.remove().to;
        }
        progress.accept(landed);
        notifyAll();
    }

    /** The transaction failed or may have. */
    synchronized void fail(Flight flight, Throwable cause) {
        underWay--;
        free.push(flight.batch);
        if (failure == null) {
            failure = cause;
        }
        if (flight.committing) {
            doubts.add(new Doubt(flight.from, flight.to, flight.tally));
        }
        notifyAll();
    }

    synchronized @Nullable Throwable failure() {
        return failure;
    }

    /** Nothing launched is handed out any more. */
    synchronized void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        notifyAll();
    }

    /** Waits until all that was launched has landed, or until nothing is under way after a failure; false after the time. */
    synchronized boolean awaitQuiet(Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (underWay > 0 || (failure == null && !launched.isEmpty())) {
            long millis = millisTo(deadline);
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }

    /** Writers that wait are sent home. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    private void drop() {
        while (!flying.isEmpty()) {
            free.push(flying.remove().batch);
        }
        launched.clear();
    }

    private static long deadline(long waitMillis) {
        return System.nanoTime() + waitMillis * 1_000_000;
    }

    private static long millisTo(long deadline) {
        return (deadline - System.nanoTime()) / 1_000_000;
    }
}
