package io.fieldwatch.journal;

import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A durable, bounded, replayable log of opaque entries on local disk. Entries are written by one thread, which forces
 * once for all that wait (group commit) and only then reports them durable. Readers see durable entries only.
 *
 * <p>A position is a byte offset from the log's birth. An entry never spans segments, so positions jump over the unused
 * end of a segment.
 *
 * <p>When full (the queue or the disk budget) {@link #append} answers false. After a failed write or force the log takes
 * nothing more: what was not reported durable may or may not be there after a restart, and force is never repeated. The
 * writing thread must not be interrupted: that would close its file. Thread-safe.
 */
public final class SegmentLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);
    private static final long CLOSE_WAIT_MILLIS = 30_000;

    /** Sees a segment's entries for the last time, before its file is deleted. */
    interface TrimListener {
        void beforeTrim(long fromPosition, long toPosition) throws IOException;
    }

    private record Waiting(ByteBuffer entry, Outcome outcome) {}

    private final JournalConfig config;
    private final LogDirectory directory;
    private final SegmentWriter writer;
    private final MetricSet<JournalMetric> metrics = new MetricSet<>(JournalMetric.class);
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition grown = lock.newCondition();
    private final NavigableSet<Long> bases;
    private final Map<String, Long> released = new HashMap<>();
    private ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private int queuedBytes;
    private long written;
    private volatile long durableEnd;
    private volatile boolean closing;
    private volatile @Nullable IOException failure;
    private volatile TrimListener trimListener = (from, to) -> {};

    private SegmentLog(JournalConfig config, LogDirectory directory, SegmentFile.Opener opener) throws IOException {
        this.config = config;
        this.directory = directory;
        bases = directory.bases();
        if (bases.isEmpty()) {
            directory.createSegment(0);
            bases.add(0L);
        }
        durableEnd = new Recovery(directory).recover(bases);
        written = durableEnd;
        writer = new SegmentWriter(directory, opener, durableEnd, this::segmentCreated);
        config.readers().forEach(reader -> released.put(reader, 0L));
        metrics.set(JournalMetric.BUDGET_BYTES, config.budgetBytes());
        metrics.set(JournalMetric.KEPT_BYTES, keptBytes());
        thread =
                new Thread(this::run, "fieldwatch-journal-" + config.directory().getFileName());
        thread.setDaemon(true);
    }

    /**
     * Opens or makes a log and recovers it.
     *
     * @throws DamagedLogException when acknowledged entries cannot be read any more
     * @throws IOException when the directory is in use or cannot be read or written
     */
    public static SegmentLog open(JournalConfig config) throws IOException {
        return open(config, SegmentFile.OnDisk::new);
    }

    static SegmentLog open(JournalConfig config, SegmentFile.Opener opener) throws IOException {
        LogDirectory directory = LogDirectory.open(config.directory(), config.segmentBytes());
        try {
            SegmentLog log = new SegmentLog(config, directory, opener);
            log.thread.start();
            return log;
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    public UUID id() {
        return directory.id();
    }

    public MetricSet<JournalMetric> metrics() {
        return metrics;
    }

    /** Why the log takes nothing more; empty while it is well. */
    public Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Whether an entry of the largest size would be taken now. */
    public boolean accepting() {
        lock.lock();
        try {
            return hasRoom(config.entryBytesMax());
        } finally {
            lock.unlock();
        }
    }

    /** End of what is on stable storage. */
    public long end() {
        return durableEnd;
    }

    /**
     * Takes an entry (position to limit); see {@link io.fieldwatch.telemetry.ObservationLog#append}.
     *
     * @throws IllegalArgumentException when it is empty or above the largest size
     */
    public boolean append(ByteBuffer entry, Outcome outcome) {
        int bytes = entry.remaining();
        if (bytes == 0 || bytes > config.entryBytesMax()) {
            throw new IllegalArgumentException(
                    "an entry of " + bytes + " bytes; allowed are 1 to " + config.entryBytesMax());
        }
        lock.lock();
        try {
            if (!hasRoom(bytes)) {
                metrics.add(JournalMetric.REFUSED, 1);
                return false;
            }
            queue.add(new Waiting(entry, outcome));
            queuedBytes += RecordFormat.framed(bytes);
            work.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** One segment of the budget stays free, so that unused segment ends and recovery always find room. */
    private boolean hasRoom(int bytes) {
        if (closing || failure != null) {
            return false;
        }
        int framed = RecordFormat.framed(bytes);
        if (queuedBytes + framed > Math.max(config.queueBytesMax(), framed)) {
            return false;
        }
        long segment = directory.segmentBytes();
        long left = config.budgetBytes() - keptBytes() - segment + (bases.last() + segment - written);
        return queuedBytes + framed <= left;
    }

    private long keptBytes() {
        return (long) bases.size() * directory.segmentBytes();
    }

    /**
     * Reads as one of the configured readers.
     *
     * @throws IllegalArgumentException for another name
     */
    public SegmentReader read(String reader, long from) {
        lock.lock();
        try {
            if (!released.containsKey(reader)) {
                throw new IllegalArgumentException(
                        "'" + reader + "' is none of this log's readers " + released.keySet());
            }
            return new SegmentReader(this, directory, reader, startFor(reader, from));
        } finally {
            lock.unlock();
        }
    }

    private long startFor(String reader, long from) {
        if (from > durableEnd) {
            throw new IllegalStateException(
                    "reader " + reader + " has read up to " + from + ", but the log ends at " + durableEnd);
        }
        long first = bases.first();
        if (from < first) {
            LOG.warn(
                    "{}: reader {} asks for position {}, but the log begins at {}",
                    config.directory(),
                    reader,
                    from,
                    first);
            return first;
        }
        return from;
    }

    /** Reads what comes from now on without holding anything back. */
    public SegmentReader tail() {
        return new SegmentReader(this, directory, null, durableEnd);
    }

    /** Reads everything kept, holding nothing back. */
    SegmentReader scan() {
        return new SegmentReader(this, directory, null, begin());
    }

    void onTrim(TrimListener listener) {
        trimListener = listener;
    }

    /** Waits until the durable end is beyond a position. */
    boolean awaitBeyond(long position, long waitMillis) throws InterruptedException {
        if (durableEnd > position) {
            return true;
        }
        long left = TimeUnit.MILLISECONDS.toNanos(waitMillis);
        lock.lockInterruptibly();
        try {
            while (durableEnd <= position && left > 0 && !closing) {
                left = grown.awaitNanos(left);
            }
            return durableEnd > position;
        } finally {
            lock.unlock();
        }
    }

    /** First position that is still kept. */
    long begin() {
        lock.lock();
        try {
            return bases.first();
        } finally {
            lock.unlock();
        }
    }

    void release(String reader, long position) {
        List<Long> trim = new ArrayList<>();
        lock.lock();
        try {
            released.merge(reader, position, Math::max);
            long slowest =
                    released.values().stream().mapToLong(Long::longValue).min().orElse(0);
            for (long base : bases) {
                if (base + directory.segmentBytes() <= slowest && base != bases.last()) {
                    trim.add(base);
                }
            }
        } finally {
            lock.unlock();
        }
        if (!trim.isEmpty()) {
            trim(trim);
        }
    }

    private synchronized void trim(List<Long> segments) {
        try {
            for (long base : segments) {
                if (begin() != base) {
                    continue; // another reader's release has trimmed it already
                }
                trimListener.beforeTrim(base, base + directory.segmentBytes());
                directory.deleteSegment(base);
                lock.lock();
                try {
                    bases.remove(base);
                } finally {
                    lock.unlock();
                }
                metrics.add(JournalMetric.SEGMENTS_TRIMMED, 1);
                metrics.set(JournalMetric.KEPT_BYTES, keptBytes());
            }
        } catch (IOException e) {
            LOG.warn("{}: could not trim; the segment stays and is tried again", config.directory(), e);
        }
    }

    private void segmentCreated(long base) {
        lock.lock();
        try {
            bases.add(base);
            metrics.set(JournalMetric.KEPT_BYTES, keptBytes());
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        long[] positions = new long[64];
        while (true) {
            ArrayDeque<Waiting> batch = takeAll();
            if (batch.isEmpty()) {
                return;
            }
            if (positions.length < batch.size()) {
                positions = new long[batch.size() * 2];
            }
            try {
                write(batch, positions);
            } catch (IOException | RuntimeException e) {
                fail(batch, e instanceof IOException io ? io : new IOException(e));
                return;
            }
            int next = 0;
            for (Waiting waiting : batch) {
                waiting.outcome().onDurable(positions[next++]);
            }
        }
    }

    private void write(ArrayDeque<Waiting> batch, long[] positions) throws IOException {
        int next = 0;
        long bytes = 0;
        for (Waiting waiting : batch) {
            bytes += waiting.entry().remaining();
            positions[next++] = writer.write(waiting.entry(), durableEnd);
        }
        long begun = System.nanoTime();
        writer.force();
        metrics.add(JournalMetric.FORCE_MICROS, (System.nanoTime() - begun) / 1000);
        metrics.add(JournalMetric.FORCES, 1);
        metrics.add(JournalMetric.ENTRIES, next);
        metrics.add(JournalMetric.BYTES, bytes);
        lock.lock();
        try {
            durableEnd = writer.end();
            written = writer.end();
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** All that waits; empty only when the log is closing and nothing waits. */
    private ArrayDeque<Waiting> takeAll() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closing) {
                work.awaitUninterruptibly();
            }
            ArrayDeque<Waiting> batch = queue;
            queue = new ArrayDeque<>(Math.max(16, batch.size()));
            written += queuedBytes; // until the batch is durable, hasRoom counts it here
            queuedBytes = 0;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void fail(ArrayDeque<Waiting> batch, IOException cause) {
        LOG.error("{}: the disk refused; nothing more is taken or acknowledged", config.directory(), cause);
        metrics.set(JournalMetric.FAILED, 1);
        List<Waiting> all = new ArrayList<>(batch);
        lock.lock();
        try {
            failure = cause;
            all.addAll(queue);
            queue.clear();
            queuedBytes = 0;
            grown.signalAll();
        } finally {
            lock.unlock();
        }
        all.forEach(waiting -> waiting.outcome().onFailed(cause));
    }

    /** Writes and forces what waits, then closes; waits 30 s at most. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            work.signalAll();
            grown.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(CLOSE_WAIT_MILLIS);
            writer.close();
            directory.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("{}: closing", config.directory(), e);
        }
    }
}
