package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.NavigableMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a log from end to end when it is opened, finds where it ends, and makes that end firm; the rules are those of
 * {@link SegmentFormat}.
 *
 * <p>Two things are written. Everything behind the end is zeroed, so that a whole record of a torn group cannot come
 * back to life when new records happen to end where it begins. And the records of the last group are written once
 * again: when a force fails, Linux marks the pages as clean, so the records may be readable from memory without being
 * on disk, and another force alone would report success and do nothing.
 */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int CHUNK_BYTES = 256 * 1024;

    private final UUID logId;
    private final Disk disk;
    private final RecoveryListener listener;
    private long lastForcedUpTo;

    Recovery(UUID logId, Disk disk, RecoveryListener listener) {
        this.logId = logId;
        this.disk = disk;
        this.listener = listener;
    }

    /** Answers the position behind the last record. */
    long run(NavigableMap<Long, Segment> segments) throws IOException {
        long end = segments.firstKey();
        for (Map.Entry<Long, Segment> entry : segments.entrySet()) {
            Segment segment = entry.getValue();
            if (segment.base() != end) {
                throw new DamagedLogException(
                        segment.file(), end, "entries from here to " + segment.base() + " are missing");
            }
            Map.Entry<Long, Segment> next = segments.higherEntry(entry.getKey());
            end = next == null ? recoverLast(segment) : checkWhole(segment, next.getKey());
        }
        return end;
    }

    private long checkWhole(Segment segment, long nextBase) throws IOException {
        try (RecordCursor cursor = new RecordCursor(logId, segment)) {
            long end = scan(cursor, Math.min(segment.limit(), nextBase));
            if (end != nextBase) {
                throw new DamagedLogException(segment.file(), end, "the record is damaged");
            }
            return end;
        }
    }

    private long recoverLast(Segment segment) throws IOException {
        long end;
        lastForcedUpTo = segment.base();
        try (RecordCursor cursor = new RecordCursor(logId, segment)) {
            end = scan(cursor, segment.limit());
            refuseBitRot(cursor, end);
        }
        try (FileChannel file = FileChannel.open(segment.file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            rewrite(file, segment.offset(Math.max(segment.base(), lastForcedUpTo)), segment.offset(end));
            long torn = zero(file, segment.offset(end), segment.bytes());
            if (torn > 0) {
                LOG.warn(
                        "{}: the last group was not finished; {} bytes from position {} on were taken off, none of them"
                                + " acknowledged",
                        segment.file(),
                        torn,
                        end);
            }
            disk.forceAll(file);
        }
        return end;
    }

    /** Passes valid records on and answers where they stop. */
    private long scan(RecordCursor cursor, long limit) throws IOException {
        long position = cursor.segment().base();
        while (cursor.read(position, limit)) {
            lastForcedUpTo = cursor.forcedUpTo();
            listener.recovered(position, cursor.entry());
            position = cursor.nextPosition();
        }
        return position;
    }

    private static void refuseBitRot(RecordCursor cursor, long damaged) throws IOException {
        long limit = cursor.segment().limit();
        for (long at = damaged + 8; at <= limit - SegmentFormat.RECORD_HEADER_BYTES; at += 8) {
            if (cursor.peekForcedUpTo(at, limit) > damaged && cursor.read(at, limit)) {
                throw new DamagedLogException(
                        cursor.segment().file(),
                        damaged,
                        "the record is damaged although it was on stable storage when the one at " + at
                                + " was written");
            }
        }
    }

    private void rewrite(FileChannel file, long from, long to) throws IOException {
        ByteBuffer[] chunk = {ByteBuffer.allocateDirect(CHUNK_BYTES)};
        for (long at = from; at < to; at += CHUNK_BYTES) {
            read(file, chunk[0], at, to);
            file.position(at);
            while (chunk[0].hasRemaining()) {
                disk.write(file, chunk, 0, 1);
            }
        }
    }

    /** Zeroes what is not zero and answers how many bytes that reached over. */
    private long zero(FileChannel file, long from, long to) throws IOException {
        ByteBuffer[] chunk = {ByteBuffer.allocateDirect(CHUNK_BYTES)};
        long end = from;
        for (long at = from; at < to; at += CHUNK_BYTES) {
            read(file, chunk[0], at, to);
            int last = lastNonZero(chunk[0]);
            if (last < 0) {
                continue;
            }
            end = at + last + 1;
            for (int i = 0; i <= last; i++) {
                chunk[0].put(i, (byte) 0);
            }
            file.position(at);
            while (chunk[0].hasRemaining()) {
                disk.write(file, chunk, 0, 1);
            }
        }
        return end - from;
    }

    private static int lastNonZero(ByteBuffer chunk) {
        int last = chunk.limit() - 1;
        while (last >= 0 && chunk.get(last) == 0) {
            last--;
        }
        return last;
    }

    private static void read(FileChannel file, ByteBuffer chunk, long at, long to) throws IOException {
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, to - at));
        while (chunk.hasRemaining()) {
            if (file.read(chunk, at + chunk.position()) < 0) {
                throw new IOException("the file ended at " + at + " while it was read");
            }
        }
        chunk.flip();
    }
}
