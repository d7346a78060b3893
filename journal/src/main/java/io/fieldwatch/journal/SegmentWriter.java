package io.fieldwatch.journal;

import io.fieldwatch.journal.AppendQueue.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes records at the log's end. Only the journal's thread uses it. */
final class SegmentWriter implements AutoCloseable {

    private static final int PAD_BYTES_MAX = 7;
    private static final int HEAD_BYTES = SegmentFormat.RECORD_HEADER_BYTES + PAD_BYTES_MAX;

    private final Disk disk;
    private final SegmentFormat.Checksum checksum;
    private Segment segment;
    private FileChannel file;
    private long position;
    private long forcedUpTo;
    private ByteBuffer[] heads = new ByteBuffer[0];
    private @Nullable ByteBuffer[] gather = new ByteBuffer[0];

    SegmentWriter(UUID logId, Disk disk, Segment segment, long position) throws IOException {
        this.disk = disk;
        this.checksum = new SegmentFormat.Checksum(logId);
        this.segment = segment;
        this.file = FileChannel.open(segment.file(), StandardOpenOption.WRITE);
        this.position = position;
        this.forcedUpTo = position;
    }

    /** Goes on in a new segment; everything in the old one is forced. */
    void move(Segment next) throws IOException {
        if (next.base() != position || forcedUpTo != position) {
            throw new IllegalStateException(
                    "segment " + next.base() + " at " + position + ", forced up to " + forcedUpTo);
        }
        FileChannel opened = FileChannel.open(next.file(), StandardOpenOption.WRITE);
        file.close();
        file = opened;
        segment = next;
    }

    Segment segment() {
        return segment;
    }

    /** Position of the next record. */
    long position() {
        return position;
    }

    long freeBytes() {
        return segment.limit() - position;
    }

    /** How far into the batch the segment has room: the index of the first entry that does not fit. */
    int fitting(List<Waiting> batch, int from) {
        long free = freeBytes();
        int to = from;
        while (to < batch.size() && batch.get(to).recordBytes() <= free) {
            free -= batch.get(to).recordBytes();
            to++;
        }
        return to;
    }

    /** Writes the entries as one gathering write, as far as the system takes it in one. */
    void write(List<Waiting> batch, int from, int to) throws IOException {
        int count = 2 * (to - from);
        reserve(to - from);
        long at = position;
        int padding = 0;
        for (int i = from; i < to; i++) {
            ByteBuffer entry = batch.get(i).entry();
            ByteBuffer head = heads[i - from];
            head.clear();
            for (int p = 0; p < padding; p++) {
                head.put((byte) 0);
            }
            head.putInt(entry.remaining());
            head.putInt(checksum.of(at, forcedUpTo, entry));
            head.putLong(forcedUpTo);
            head.flip();
            gather[2 * (i - from)] = head;
            gather[2 * (i - from) + 1] = entry.duplicate();
            at += batch.get(i).recordBytes();
            padding = (int) (batch.get(i).recordBytes() - SegmentFormat.RECORD_HEADER_BYTES - entry.remaining());
        }
        file.position(segment.offset(position));
        int first = 0;
        while (first < count) {
            disk.write(file, gather, first, count - first);
            while (first < count && !gather[first].hasRemaining()) {
                first++;
            }
        }
        Arrays.fill(gather, 0, count, null);
        position = at; // the last padding is not written: behind the end the file is zero
    }

    /** What was written is on stable storage when this returns; when it throws, nobody can say. */
    void force() throws IOException {
        disk.force(file);
        forcedUpTo = position;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void reserve(int entries) {
        if (entries <= heads.length) {
            return;
        }
        int capacity = Math.max(entries, 2 * heads.length);
        ByteBuffer slab = ByteBuffer.allocateDirect(capacity * HEAD_BYTES);
        heads = new ByteBuffer[capacity];
        for (int i = 0; i < capacity; i++) {
            heads[i] = slab.slice(i * HEAD_BYTES, HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        }
        gather = new ByteBuffer[2 * capacity];
    }
}
