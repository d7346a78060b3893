package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slow work, away from the journal's thread so that no acknowledgement waits for it: filling the next segment with
 * zeros, and deleting what all readers have released.
 */
final class Housekeeper {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);

    private static final long RETRY_MILLIS = 1000;

    private final SegmentLog log;
    private final AppendQueue queue;
    private final SegmentDirectory directory;
    private final TrimListener trimListener;
    private final ExecutorService executor;
    private final AtomicBoolean trimAsked = new AtomicBoolean();
    private @Nullable CompletableFuture<Path> spare;
    private long spareNanos;
    private volatile boolean trimFailed;
    private final OneAMinute prepareFailures = new OneAMinute();
    private final OneAMinute trimFailures = new OneAMinute();
    private volatile @Nullable String obstacle;

    Housekeeper(SegmentLog log, AppendQueue queue, SegmentDirectory directory, TrimListener trimListener) {
        this.log = log;
        this.queue = queue;
        this.directory = directory;
        this.trimListener = trimListener;
        this.executor = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "fieldwatch-journal-" + log.name() + "-keeper");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The journal's thread: the next segment will be needed. */
    void prepareSoon() {
        CompletableFuture<Path> known = spare;
        if (known == null
                || (known.isCompletedExceptionally() && System.nanoTime() - spareNanos >= RETRY_MILLIS * 1_000_000)) {
            spare = prepareNow();
        }
    }

    /**
     * The journal's thread: makes the segment that begins at a position, waiting for its preparation.
     *
     * <p>A segment that cannot be prepared, mostly because the disk is full, is no failure of the log: nothing that
     * anybody waits for has been written into it. The log takes nothing more and tries again each second, until the disk
     * has room or the log is closed. What fails after that, giving the file its header and its name, is final.
     */
    Segment next(long base) throws IOException, InterruptedException {
        Path prepared = prepared();
        for (; prepared == null; prepared = prepared()) {
            queue.block(true);
            if (queue.awaitClosed(RETRY_MILLIS)) {
                throw new IOException("closed while the next segment could not be prepared: " + obstacle);
            }
        }
        queue.block(false);
        Segment next = directory.create(prepared, base);
        if (obstacle != null) {
            obstacle = null;
            LOG.info("the log {} has its next segment and goes on", log.name());
        }
        return next;
    }

    /** Why the log waits for its next segment; empty when it does not. */
    Optional<String> obstacle() {
        return Optional.ofNullable(obstacle);
    }

    /** Any thread, now and then: what could not be deleted is tried again, for readers may have nothing to release. */
    void trimAgain() {
        if (trimFailed) {
            trimSoon();
        }
    }

    /** Any thread: a reader has released something. */
    void trimSoon() {
        if (log.trimmable() != null && trimAsked.compareAndSet(false, true)) {
            try {
                executor.execute(this::trim);
            } catch (RejectedExecutionException e) {
                LOG.debug("the log {} is closing and trims nothing", log.name(), e);
            }
        }
    }

    /** Lets begun work end; nobody is interrupted. */
    boolean close() {
        executor.shutdown();
        boolean interrupted = Thread.interrupted();
        boolean ended = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GroupCommit.CLOSE_SECONDS_MAX);
        while (!ended && System.nanoTime() < deadline) {
            try {
                ended = executor.awaitTermination(100, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended;
    }

    private CompletableFuture<Path> prepareNow() {
        spareNanos = System.nanoTime();
        return CompletableFuture.supplyAsync(this::prepare, executor);
    }

    /** Waits for the segment under preparation, or for a new attempt after a failed one; null when that fails. */
    private @Nullable Path prepared() throws IOException {
        CompletableFuture<Path> attempt = spare;
        if (attempt == null || attempt.isCompletedExceptionally()) {
            attempt = prepareNow();
        }
        spare = null;
        try {
            return attempt.join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof IOException)) {
                throw new IOException("preparing the next segment ended", e.getCause());
            }
            obstacle = String.valueOf(e.getCause().getMessage());
            return null;
        }
    }

    /** The same trouble is told once a minute. Used on the executor's thread. */
    private static final class OneAMinute {

        private long toldNanos = System.nanoTime() - TimeUnit.MINUTES.toNanos(2);

        void warn(String text, String name, Exception cause) {
            if (System.nanoTime() - toldNanos >= TimeUnit.MINUTES.toNanos(1)) {
                toldNanos = System.nanoTime();
                LOG.warn(text, name, cause);
            }
        }
    }

    private Path prepare() {
        try {
            return directory.prepare();
        } catch (IOException e) {
            log.metrics().add(JournalMetric.PREPARE_FAILURES, 1);
            prepareFailures.warn(
                    "the log {} cannot prepare its next segment and tries again each second", log.name(), e);
            throw new CompletionException(e);
        }
    }

    private void trim() {
        trimAsked.set(false);
        try {
            trimFailed = false;
            for (Segment oldest = log.trimmable(); oldest != null; oldest = log.trimmable()) {
                trim(oldest);
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof DamagedLogException damage) {
                log.damaged(damage);
            }
            log.metrics().add(JournalMetric.TRIM_FAILURES, 1);
            trimFailed = true;
            trimFailures.warn("the log {} could not be trimmed and is tried again", log.name(), e);
        }
    }

    private void trim(Segment oldest) throws IOException {
        long end = log.readable(oldest);
        if (Files.exists(oldest.file())) { // else an earlier attempt got this far
            try (RecordCursor cursor = new RecordCursor(log.id(), oldest)) {
                trimListener.beforeTrim(new SegmentScan(cursor, end));
            }
        }
        if (log.retire(oldest)) {
            try {
                directory.delete(oldest);
            } catch (IOException e) {
                log.unretire(oldest); // the next one may not go before this one is gone, that would leave a gap
                throw e;
            }
            log.trimmed(oldest);
            LOG.debug("the log {} forgot {} to {}", log.name(), oldest.base(), end);
        }
    }
}
