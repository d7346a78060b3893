package io.fieldwatch.journal;

import io.fieldwatch.telemetry.ObservationLog.Outcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Entries on their way from many threads to the journal's, and the one place that decides whether there is room. An
 * entry counts until it is on stable storage.
 *
 * <p>Why an entry that was taken always finds room on disk: what waits is at most half a segment. As long as another
 * segment may be begun, it fits into what is left of this one and that one; once none may, only what fits behind all
 * that waits into this one is taken.
 *
 * <p>Thread-safe.
 */
final class AppendQueue {

    private final JournalConfig config;
    private final List<Waiting> waiting = new ArrayList<>();
    private long pendingBytes;
    private int pendingEntries;
    private long freeBytes;
    private long keptBytes;
    private boolean closed;
    private boolean blocked;

    /** An entry and whom to tell. */
    record Waiting(ByteBuffer entry, Outcome outcome, long recordBytes) {}

    AppendQueue(JournalConfig config, long freeBytes, long keptBytes) {
        this.config = config;
        this.freeBytes = freeBytes;
        this.keptBytes = keptBytes;
    }

    synchronized boolean offer(ByteBuffer entry, Outcome outcome) {
        long recordBytes = SegmentFormat.recordBytes(entry.remaining());
        if (closed || !hasRoom(recordBytes)) {
            return false;
        }
        waiting.add(new Waiting(entry, outcome, recordBytes));
        pendingBytes += recordBytes;
        pendingEntries++;
        if (waiting.size() == 1) {
            notifyAll();
        }
        return true;
    }

    /** Whether even the largest entry would be taken. */
    synchronized boolean accepting() {
        return !closed && hasRoom(SegmentFormat.recordBytes(config.entryBytesMax()));
    }

    /**
     * Waits for entries and moves all of them to {@code batch}, which is empty.
     *
     * @return false when the queue is closed and empty
     */
    synchronized boolean takeAll(List<Waiting> batch) throws InterruptedException {
        while (waiting.isEmpty()) {
            if (closed) {
                return false;
            }
            wait();
        }
        batch.addAll(waiting);
        waiting.clear();
        return true;
    }

    /** What waits in a closed queue, without waiting. */
    synchronized void drain(List<Waiting> into) {
        into.addAll(waiting);
        waiting.clear();
    }

    /** Entries taken are on stable storage. */
    synchronized void settle(long recordBytes, int entries, long segmentFreeBytes) {
        pendingBytes -= recordBytes;
        pendingEntries -= entries;
        freeBytes = segmentFreeBytes;
    }

    synchronized void rolled(long segmentBytes, long segmentFreeBytes) {
        keptBytes += segmentBytes;
        freeBytes = segmentFreeBytes;
    }

    synchronized void trimmed(long segmentBytes) {
        keptBytes -= segmentBytes;
    }

    synchronized boolean rollAllowed() {
        return keptBytes + config.segmentBytes() <= config.usableBytes();
    }

    /** The next segment cannot be made, or can again: until then nothing more is taken. */
    synchronized void block(boolean noNextSegment) {
        blocked = noNextSegment;
    }

    synchronized boolean blocked() {
        return blocked;
    }

    /** Whether the budget, not just the queue, is used up: not even the largest entry would find room on disk. */
    synchronized boolean full() {
        return blocked || !hasRoomOnDisk(SegmentFormat.recordBytes(config.entryBytesMax()));
    }

    synchronized long pendingBytes() {
        return pendingBytes;
    }

    /**
     * Bytes of records that would still be taken if nothing were trimmed.
     *
     * @param diskBytes what the disk has room for
     */
    synchronized long room(long diskBytes) {
        long segments = Math.max(0, Math.min(config.usableBytes() - keptBytes, diskBytes)) / config.segmentBytes();
        return Math.max(0, freeBytes + segments * (config.segmentBytes() - SegmentFormat.HEADER_BYTES) - pendingBytes);
    }

    /** Waits until the queue is closed, at most for the time; answers whether it is. */
    synchronized boolean awaitClosed(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; !closed && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return closed;
    }

    /** Nothing is taken from now on; what waits stays for {@link #takeAll}. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    private boolean hasRoom(long recordBytes) {
        return !blocked
                && pendingBytes + recordBytes <= config.queueBytesMax()
                && pendingEntries < config.queueEntriesMax()
                && hasRoomOnDisk(recordBytes);
    }

    private boolean hasRoomOnDisk(long recordBytes) {
        return rollAllowed() || pendingBytes + recordBytes <= freeBytes;
    }
}
