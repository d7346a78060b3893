package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Reads records of one segment through its own channel and a window that grows to the largest record met and is reused.
 * One thread at a time.
 */
final class RecordCursor implements AutoCloseable {

    private static final int WINDOW_BYTES = 256 * 1024;

    private final SegmentFormat.Checksum checksum;
    private ByteBuffer window = ByteBuffer.allocateDirect(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private ByteBuffer entry = window.duplicate();
    private Segment segment;
    private FileChannel file;
    private long windowStart;
    private int windowBytes;
    private long nextPosition;
    private long forcedUpTo;

    RecordCursor(UUID logId, Segment segment) throws IOException {
        this.checksum = new SegmentFormat.Checksum(logId);
        this.segment = segment;
        this.file = FileChannel.open(segment.file(), StandardOpenOption.READ);
        this.windowStart = segment.base();
    }

    /** Goes on with another segment. */
    void move(Segment next) throws IOException {
        FileChannel opened = FileChannel.open(next.file(), StandardOpenOption.READ);
        file.close();
        file = opened;
        segment = next;
        windowStart = next.base();
        windowBytes = 0;
    }

    Segment segment() {
        return segment;
    }

    /**
     * Reads the record at a position.
     *
     * @param limit position before which the record must end; nothing at or behind it is read from the file
     * @return false when there is no valid record
     */
    boolean read(long position, long limit) throws IOException {
        if (limit - position < SegmentFormat.RECORD_HEADER_BYTES) {
            return false;
        }
        int at = ensure(position, SegmentFormat.RECORD_HEADER_BYTES, limit);
        long entryBytes = window.getInt(at) & 0xFFFFFFFFL;
        long forced = window.getLong(at + SegmentFormat.FORCED_AT);
        if (entryBytes == 0
                || entryBytes > limit - position - SegmentFormat.RECORD_HEADER_BYTES
                || forced < 0
                || forced > position) {
            return false;
        }
        int recordBytes = SegmentFormat.RECORD_HEADER_BYTES + (int) entryBytes;
        at = ensure(position, recordBytes, limit);
        entry.limit(at + recordBytes).position(at + SegmentFormat.RECORD_HEADER_BYTES);
        if (window.getInt(at + SegmentFormat.CRC_AT) != checksum.of(position, forced, entry)) {
            return false;
        }
        forcedUpTo = forced;
        nextPosition = position + SegmentFormat.recordBytes((int) entryBytes);
        return true;
    }

    /** What the bytes at a position would say as a record's "forced up to", valid or not. */
    long peekForcedUpTo(long position, long limit) throws IOException {
        return window.getLong(ensure(position, SegmentFormat.RECORD_HEADER_BYTES, limit) + SegmentFormat.FORCED_AT);
    }

    /** Reads from the file what is read next, for another process may have written there. */
    void forget() {
        windowBytes = 0;
    }

    /** Position of the last byte from a position on that is not zero; before the position when all are zero. */
    long lastNonZero(long from, long limit) throws IOException {
        long last = from - 1;
        for (long at = from; at < limit; at += WINDOW_BYTES) {
            int bytes = (int) Math.min(WINDOW_BYTES, limit - at);
            int start = ensure(at, bytes, limit);
            for (int i = bytes - 1; i >= 0; i--) {
                if (window.get(start + i) != 0) {
                    last = at + i;
                    break;
                }
            }
        }
        return last;
    }

    /** The entry read last, position to limit; valid until the next call of {@link #read}. */
    ByteBuffer entry() {
        return entry;
    }

    long nextPosition() {
        return nextPosition;
    }

    long forcedUpTo() {
        return forcedUpTo;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Has the bytes in the window and answers where. */
    private int ensure(long position, int bytes, long limit) throws IOException {
        if (position < windowStart || position + bytes > windowStart + windowBytes) {
            fill(position, bytes, limit);
        }
        return (int) (position - windowStart);
    }

    private int readSome(long position) throws IOException {
        try {
            return file.read(window, segment.offset(position) + window.position());
        } catch (ClosedChannelException e) {
            throw e; // closed or interrupted, the disk is not to blame
        } catch (IOException e) {
            throw new DamagedLogException(segment.file(), position, "cannot be read: " + e.getMessage(), e);
        }
    }

    private void fill(long position, int bytes, long limit) throws IOException {
        if (bytes > window.capacity()) {
            int capacity = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(bytes, 2L * window.capacity()));
            window = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
            entry = window.duplicate();
        }
        windowBytes = 0; // should a read fail, nothing of the window may be believed
        window.clear().limit((int) Math.min(window.capacity(), limit - position));
        while (window.hasRemaining()) {
            if (readSome(position) < 0) {
                if (window.position() >= bytes) {
                    break; // what is asked for is there, and what lies behind it may never be
                }
                throw new DamagedLogException(segment.file(), position, "the file is shorter than its header says");
            }
        }
        windowStart = position;
        windowBytes = window.position();
        window.clear();
    }
}
