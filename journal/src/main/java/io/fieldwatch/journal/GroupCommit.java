package io.fieldwatch.journal;

import io.fieldwatch.journal.AppendQueue.Waiting;
import io.fieldwatch.telemetry.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal's thread: takes all that waits, writes it, forces once, reports it durable, lets the readers see it. Only
 * when a group does not fit into its segment is it forced in two parts, because a segment must be whole on stable
 * storage before the next one exists.
 *
 * <p>Nobody interrupts this thread, ever: an interrupt would close its file in the middle of a write.
 */
final class GroupCommit {

    static final int CLOSE_SECONDS_MAX = 30;
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    private final SegmentLog log;
    private final AppendQueue queue;
    private final SegmentWriter writer;
    private final Housekeeper housekeeper;
    private final Clock clock;
    private final Thread thread;
    private int told; // entries of the batch at hand whose outcome is known to their owners
    private volatile boolean busy;
    private volatile long busySince;
    private volatile @Nullable IOException failure;

    GroupCommit(SegmentLog log, AppendQueue queue, SegmentWriter writer, Housekeeper housekeeper, Clock clock) {
        this.clock = clock;
        this.log = log;
        this.queue = queue;
        this.writer = writer;
        this.housekeeper = housekeeper;
        this.thread = new Thread(this::run, "fieldwatch-journal-" + log.name());
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** How long the group at hand has been written and forced; 0 when there is none. */
    long diskSilentNanos() {
        return busy ? clock.nanos() - busySince : 0;
    }

    /** After the queue is closed: waits for the thread to end, whether the caller is interrupted or not. */
    boolean awaitEnd() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS_MAX);
        boolean interrupted = false;
        while (thread.isAlive() && System.nanoTime() < deadline) {
            try {
                thread.join(100);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    /** After the thread has ended. */
    void closeFile() throws IOException {
        writer.close();
    }

    private void run() {
        List<Waiting> batch = new ArrayList<>();
        try {
            while (queue.takeAll(batch)) {
                busySince = clock.nanos();
                busy = true;
                while (told < batch.size()) {
                    commit(batch);
                }
                busy = false;
                batch.clear();
                told = 0;
            }
        } catch (IOException e) {
            fail(e, batch);
        } catch (InterruptedException e) {
            fail(new IOException("the journal's thread was interrupted", e), batch);
        } catch (RuntimeException | Error e) {
            fail(new IOException("the journal's thread ended", e), batch);
            throw e;
        }
    }

    /** Deals with as much of the batch as fits into the segment, or begins a new segment. */
    private void commit(List<Waiting> batch) throws IOException, InterruptedException {
        int from = told;
        int to = writer.fitting(batch, from);
        if (to == from) {
            roll();
            return;
        }
        long position = writer.position();
        writer.write(batch, from, to);
        force();
        long bytes = writer.position() - position;
        log.metrics().add(JournalMetric.APPENDED_BYTES, bytes);
        log.metrics().add(JournalMetric.APPENDED_ENTRIES, to - from);
        queue.settle(bytes, to - from, writer.freeBytes()); // first, so that an outcome may look whether there is room
        for (int i = from; i < to; i++) {
            told++;
            tellDurable(batch.get(i), position);
            position += batch.get(i).recordBytes();
        }
        log.grow(position);
        if (writer.freeBytes() < writer.segment().bytes() / 2 && queue.rollAllowed()) {
            housekeeper.prepareSoon();
        }
    }

    private void force() throws IOException {
        long start = System.nanoTime();
        writer.force();
        log.metrics().add(JournalMetric.FORCE_NANOS, System.nanoTime() - start);
        log.metrics().add(JournalMetric.FORCES, 1);
    }

    private void roll() throws IOException, InterruptedException {
        long start = System.nanoTime();
        Segment next = housekeeper.next(writer.position());
        writer.move(next);
        log.rolled(next, System.nanoTime() - start);
    }

    private void fail(IOException cause, List<Waiting> batch) {
        failure = cause;
        LOG.error("the log {} has failed and takes nothing until it is opened again", log.name(), cause);
        log.metrics().set(JournalMetric.FAILED, 1);
        queue.close();
        List<Waiting> lost = new ArrayList<>(batch.subList(told, batch.size()));
        queue.drain(lost);
        for (Waiting entry : lost) {
            tellFailed(entry, cause);
        }
    }

    private void tellDurable(Waiting entry, long position) {
        try {
            entry.outcome().onDurable(position);
        } catch (RuntimeException e) {
            LOG.error("an outcome of the log {} threw at {}; the entry is durable", log.name(), position, e);
        }
    }

    private void tellFailed(Waiting entry, IOException cause) {
        try {
            entry.outcome().onFailed(cause);
        } catch (RuntimeException e) {
            LOG.error("an outcome of the log {} threw on failure", log.name(), e);
        }
    }
}
