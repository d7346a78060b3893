package io.fieldwatch.journal;

import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A durable log of opaque entries on local disk. An entry reported durable is on stable storage: it survives the end of
 * the process and a loss of power, as far as the disk keeps what it says about flushing.
 *
 * <p><b>Group commit</b>: any number of threads append; one thread writes all that wait, forces the disk once, and
 * reports all of them, in order. So the rate is bounded by the disk's bandwidth and not by its latency.
 *
 * <p><b>Positions</b> are byte offsets of records from the log's birth, without jumps; see {@link SegmentFormat}.
 *
 * <p><b>When it is full</b>, that is the queue's or the disk's budget is used up, {@link #append} answers false and
 * nothing else happens. Room on disk comes back when all durable readers have released a whole segment.
 *
 * <p><b>When the disk fails</b>, the log takes nothing for good: after a failed write or force nobody knows what is on
 * disk, and a second force would report success for pages that the system has already given up. Only opening the log
 * again, which reads it back, shows how far it got.
 *
 * <p>Thread-safe. One process at a time; the directory is locked.
 */
public final class SegmentLog implements AutoCloseable {

    static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

    private final JournalConfig config;
    private final SegmentDirectory directory;
    private final UUID id;
    private final ConcurrentSkipListMap<Long, Segment> segments;
    private final AppendQueue queue;
    private final GroupCommit commit;
    private final Housekeeper housekeeper;
    private final BudgetWatch watch;
    private final DamageAlarm alarm;
    private final MetricSet<JournalMetric> metrics = new MetricSet<>(JournalMetric.class);

    private final ReentrantLock reading = new ReentrantLock();
    private final Condition grown = reading.newCondition();
    private final Holds holds;
    private volatile long end;
    private volatile boolean closed;

    private SegmentLog(
            JournalConfig config,
            TrimListener trimListener,
            Platform platform,
            SegmentDirectory directory,
            NavigableMap<Long, Segment> found,
            long end)
            throws IOException {
        this.config = config;
        this.directory = directory;
        this.id = directory.id();
        this.segments = new ConcurrentSkipListMap<>(found);
        this.holds = new Holds(config.readers());
        this.end = end;
        SegmentWriter writer =
                new SegmentWriter(id, platform.disk(), found.lastEntry().getValue(), end);
        long kept = found.values().stream().mapToLong(Segment::bytes).sum();
        this.queue = new AppendQueue(config, writer.freeBytes(), kept);
        this.housekeeper = new Housekeeper(this, queue, directory, trimListener);
        this.commit = new GroupCommit(this, queue, writer, housekeeper, platform.clock());
        this.watch = new BudgetWatch(config.name(), platform.clock(), metrics);
        this.alarm = new DamageAlarm(config.name(), metrics);
        metrics.set(JournalMetric.KEPT_BYTES, kept);
        metrics.set(JournalMetric.BUDGET_BYTES, config.budgetBytes());
    }

    /** Opens a log that nothing needs to be carried over for. */
    public static SegmentLog open(JournalConfig config) throws IOException {
        return open(config, TrimListener.NONE, RecoveryListener.NONE);
    }

    /**
     * Opens the log in the directory, or a new one in an empty directory, and reads it from end to end.
     *
     * @throws DamagedLogException when entries that were durable are damaged or missing
     * @throws IOException when the directory is in use or cannot be read or written
     */
    public static SegmentLog open(JournalConfig config, TrimListener trimListener, RecoveryListener recoveryListener)
            throws IOException {
        return open(config, trimListener, recoveryListener, Platform.real());
    }

    static SegmentLog open(
            JournalConfig config, TrimListener trimListener, RecoveryListener recoveryListener, Platform platform)
            throws IOException {
        SegmentDirectory directory = SegmentDirectory.open(config, platform.disk());
        boolean opened = false;
        try {
            NavigableMap<Long, Segment> segments = directory.load();
            long end = new Recovery(directory.id(), platform.disk(), recoveryListener).run(segments);
            SegmentLog log = new SegmentLog(config, trimListener, platform, directory, segments, end);
            log.commit.start();
            log.watch.start(log::look);
            opened = true;
            LOG.info(
                    "log {} {} opened, {} to {} in {} segments", log.name(), log.id, log.first(), end, segments.size());
            return log;
        } finally {
            if (!opened) {
                directory.close();
            }
        }
    }

    /** Names this log for good; made at its first opening. */
    public UUID id() {
        return id;
    }

    /** True when even the largest entry would be taken now. */
    public boolean accepting() {
        return queue.accepting();
    }

    /** Why the log takes nothing any more; empty while the disk is well. */
    public Optional<IOException> failure() {
        return commit.failure();
    }

    /** The first damage that a reader met since the log was opened; see {@link DamagedLogException}. */
    public Optional<DamagedLogException> damage() {
        return alarm.first();
    }

    /** How full the log is now. */
    public Budget budget() {
        long position;
        String slowest;
        reading.lock();
        try {
            position = Math.max(first(), holds.slowest());
            slowest = holds.slowestName();
        } finally {
            reading.unlock();
        }
        long backlog = Math.max(0, end - position) + queue.pendingBytes();
        boolean full = queue.full();
        return watch.look(backlog, full ? 0 : queue.room(directory.usableBytes()), full, slowest);
    }

    /** Whether the log does its work, for those who watch it. */
    public LogHealth health() {
        return LogHealth.of(budget(), commit, alarm, housekeeper);
    }

    /**
     * Takes an entry (position to limit) to be written. The buffer belongs to the log until one of {@code outcome}'s
     * methods has been called, which happens exactly once, on the log's own thread and in the order of appending; it has
     * its position and limit back then. Direct buffers save a copy. Never blocks on the disk.
     *
     * @return false when there is no room, or the log has failed or is closed; then the buffer stays the caller's
     * @throws IllegalArgumentException for an empty entry or one larger than {@link JournalConfig#entryBytesMax}
     */
    public boolean append(ByteBuffer entry, Outcome outcome) {
        int bytes = entry.remaining();
        if (bytes == 0 || bytes > config.entryBytesMax()) {
            throw new IllegalArgumentException("an entry of " + bytes + " bytes, limit " + config.entryBytesMax());
        }
        boolean taken = queue.offer(entry, outcome);
        if (!taken) {
            metrics.add(JournalMetric.REFUSED_ENTRIES, 1);
        }
        return taken;
    }

    /** End of what is on stable storage: the position the next durable entry will have. */
    public long end() {
        return end;
    }

    /** Position of the first entry kept. */
    public long first() {
        return segments.firstKey();
    }

    public MetricSet<JournalMetric> metrics() {
        return metrics;
    }

    /**
     * Reads from a position on as one of the durable readers, whom the log keeps everything for that it has not
     * {@linkplain SegmentReader#release released}. Until it releases, {@code from} counts as released.
     *
     * @param from a position this reader knows as the end of what it has dealt with. 0 reads all: where the log has
     *     been trimmed, a new database was attached to an old log, which is logged, and reading starts at the first
     *     entry kept
     * @throws IllegalArgumentException for a name the log was not opened with
     * @throws IOException when the log does not reach to {@code from} or no longer has it: entries were lost
     */
    public SegmentReader read(String name, long from) throws IOException {
        reading.lock();
        try {
            holds.require(name);
            long first = first();
            long start = from;
            if (from > end || from < 0) {
                throw damaged(new DamagedLogException(
                        config.directory(),
                        end,
                        "the log " + id + " ends here but its reader " + name + " has come to " + from
                                + ": it has lost entries, or is not the one the reader has read"));
            }
            if (from < first) {
                if (from > 0) {
                    throw new IOException("the reader " + name + " asks for " + from + " but the log " + name()
                            + " begins at " + first + ": the reader has gone back behind what it released");
                }
                LOG.warn("the reader {} starts anew on the log {}, which begins at {}", name, name(), first);
                start = first;
            }
            SegmentReader reader = new SegmentReader(this, name, start);
            holds.opened(name, reader);
            return reader;
        } finally {
            reading.unlock();
        }
    }

    /** Reads what becomes durable from now on, without holding anything back: a slow tail may skip entries. */
    public SegmentReader tail() {
        return new SegmentReader(this, null, end);
    }

    /**
     * Writes and forces what was appended, then closes; no entry is taken any more. Readers can still read what is durable
     * and then end with an exception. Waits at most {@link GroupCommit#CLOSE_SECONDS_MAX} seconds for the disk: with a
     * disk that hangs, the directory stays locked until the process ends.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        watch.close();
        queue.close();
        boolean committed = commit.awaitEnd();
        boolean ended = housekeeper.close() && committed;
        reading.lock();
        try {
            grown.signalAll();
        } finally {
            reading.unlock();
        }
        if (!ended) {
            LOG.error("the disk under the log {} does not answer; it is left as it is", name());
            return;
        }
        try {
            commit.closeFile();
            directory.close();
        } catch (IOException e) {
            LOG.warn("closing the log {}", name(), e);
        }
    }

    String name() {
        return config.name();
    }

    /** The journal's thread: everything before the position is on stable storage. */
    void grow(long durableEnd) {
        reading.lock();
        try {
            end = durableEnd;
            grown.signalAll();
        } finally {
            reading.unlock();
        }
    }

    /** The journal's thread: a segment has begun. */
    void rolled(Segment segment, long nanos) {
        @Nullable Segment replaced = segments.put(segment.base(), segment);
        long added = segment.bytes() - (replaced == null ? 0 : replaced.bytes());
        queue.rolled(added, segment.limit() - segment.base());
        metrics.add(JournalMetric.KEPT_BYTES, added);
        metrics.add(JournalMetric.ROLLS, 1);
        metrics.add(JournalMetric.ROLL_NANOS, nanos);
    }

    /** Waits until there is durable log behind a position. */
    boolean awaitBehind(long position, long waitNanos) throws IOException, InterruptedException {
        if (position < end) {
            return true;
        }
        long nanos = waitNanos;
        reading.lockInterruptibly();
        try {
            while (position >= end) {
                if (closed) {
                    throw new IOException("the log " + name() + " is closed");
                }
                if (nanos <= 0) {
                    return false;
                }
                nanos = grown.awaitNanos(nanos);
            }
            return true;
        } finally {
            reading.unlock();
        }
    }

    /** Position up to which a segment may be read now. */
    long readable(Segment segment) {
        long durable = end; // before the look at the map: a newer end may lie in a segment not seen
        @Nullable Long next = segments.higherKey(segment.base());
        return next == null ? durable : Math.min(durable, next);
    }

    @Nullable
    Segment segmentAt(long position) {
        Map.Entry<Long, Segment> found = segments.floorEntry(position);
        return found == null ? null : found.getValue();
    }

    void closed(@Nullable String name, SegmentReader reader) {
        if (name == null) {
            return;
        }
        reading.lock();
        try {
            holds.closed(name, reader);
        } finally {
            reading.unlock();
        }
    }

    void trimSoon() {
        housekeeper.trimSoon();
    }

    /** Raises the alarm and answers what is to be thrown. */
    DamagedLogException damaged(DamagedLogException damage) {
        return alarm.raise(damage);
    }

    private void look() {
        Budget now = budget();
        LOG.trace("log {} {}", name(), now);
        housekeeper.trimAgain();
    }

    /** The oldest segment, when no durable reader needs it. The last segment is always needed. */
    @Nullable
    Segment trimmable() {
        reading.lock();
        try {
            Segment oldest = segments.firstEntry().getValue();
            @Nullable Long next = segments.higherKey(oldest.base());
            return next != null && next <= holds.slowest() ? oldest : null;
        } finally {
            reading.unlock();
        }
    }

    /** Takes the oldest segment out of reach. Answers false when a reader has come to need it. */
    boolean retire(Segment oldest) {
        reading.lock();
        try {
            return oldest.equals(trimmable()) && segments.remove(oldest.base(), oldest);
        } finally {
            reading.unlock();
        }
    }

    /** The segment could not be deleted. */
    void unretire(Segment oldest) {
        segments.put(oldest.base(), oldest);
    }

    /** The segment's file is gone. */
    void trimmed(Segment segment) {
        queue.trimmed(segment.bytes());
        metrics.add(JournalMetric.KEPT_BYTES, -segment.bytes());
        metrics.add(JournalMetric.TRIMMED_SEGMENTS, 1);
    }
}
