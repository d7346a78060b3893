package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private final SegmentLog log;
    private final SegmentDirectory directory;
    private final TrimListener trimListener;
    private final ExecutorService executor;
    private final AtomicBoolean trimAsked = new AtomicBoolean();
    private @Nullable CompletableFuture<Path> spare;

    Housekeeper(SegmentLog log, SegmentDirectory directory, TrimListener trimListener) {
        this.log = log;
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
        if (spare == null) {
            spare = CompletableFuture.supplyAsync(this::prepare, executor);
        }
    }

    /** The journal's thread: makes the segment that begins at a position, waiting for its preparation. */
    Segment next(long base) throws IOException {
        CompletableFuture<Path> prepared = spare;
        if (prepared == null || prepared.isCompletedExceptionally()) { // once more: the disk may have room again
            prepared = CompletableFuture.supplyAsync(this::prepare, executor);
        }
        spare = null;
        try {
            return directory.create(prepared.join(), base);
        } catch (CompletionException e) {
            throw new IOException("the next segment could not be prepared", e.getCause());
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

    private Path prepare() {
        try {
            return directory.prepare();
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private void trim() {
        trimAsked.set(false);
        try {
            for (Segment oldest = log.trimmable(); oldest != null; oldest = log.trimmable()) {
                trim(oldest);
            }
        } catch (IOException | RuntimeException e) {
            log.metrics().add(JournalMetric.TRIM_FAILURES, 1);
            LOG.warn("the log {} could not be trimmed; it is tried again at the next release", log.name(), e);
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
