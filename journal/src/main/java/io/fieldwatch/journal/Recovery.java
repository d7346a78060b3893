package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.NavigableSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the end of a log after a stop of any kind and makes sure that nothing stale stands behind it. */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final LogDirectory directory;
    private final UUID id;

    Recovery(LogDirectory directory) {
        this.directory = directory;
        this.id = directory.id();
    }

    /**
     * Checks every segment and cuts a torn end.
     *
     * @return the position the next record gets
     * @throws DamagedLogException when a record that was on stable storage cannot be read any more
     */
    long recover(NavigableSet<Long> bases) throws IOException {
        long end = 0;
        for (long base : bases) {
            if (base != bases.first() && base != end) {
                throw new DamagedLogException("segment " + directory.segment(end) + " is missing");
            }
            boolean last = base == bases.last();
            int offset = validUpTo(base, last);
            end = last ? base + offset : base + directory.segmentBytes();
        }
        return end;
    }

    private int validUpTo(long base, boolean last) throws IOException {
        Path file = directory.segment(base);
        ByteBuffer bytes = ByteBuffer.allocate(directory.segmentBytes()).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            readFully(channel, bytes);
            if (bytes.limit() < directory.segmentBytes() || !RecordFormat.headerValid(bytes, id, base)) {
                throw new DamagedLogException(file + ": the header is damaged or the file is short");
            }
            int at = RecordFormat.HEADER_BYTES;
            while (RecordFormat.valid(bytes, at, base + at)) {
                int length = RecordFormat.length(bytes, at);
                if (length == 0) {
                    if (last) {
                        return directory.segmentBytes();
                    }
                    return at;
                }
                at += RecordFormat.framed(length);
            }
            if (at + RecordFormat.RECORD_BYTES > directory.segmentBytes()) {
                return last ? directory.segmentBytes() : at;
            }
            if (!last) {
                throw new DamagedLogException(
                        file + ": the record at position " + (base + at) + " is damaged, and later segments follow");
            }
            cut(file, channel, bytes, base, at);
            return at;
        }
    }

    /** Zeros everything behind the last valid record, unless that would cut what had been stable. */
    private void cut(Path file, FileChannel channel, ByteBuffer bytes, long base, int end) throws IOException {
        int lastDirty = -1;
        for (int at = end; at + 8 <= bytes.limit(); at += 8) {
            if (bytes.getLong(at) == 0) {
                continue;
            }
            lastDirty = at + 8;
            if (RecordFormat.valid(bytes, at, base + at) && RecordFormat.stable(bytes, at) > base + end) {
                throw new DamagedLogException(file + ": the record at position " + (base + end)
                        + " was on stable storage and is damaged; a valid one follows at " + (base + at));
            }
        }
        if (lastDirty < 0) {
            return;
        }
        LOG.warn("{}: cutting a torn end of at most {} bytes at position {}", file, lastDirty - end, base + end);
        ByteBuffer zeros = ByteBuffer.allocate(lastDirty - end);
        long at = end;
        while (zeros.hasRemaining()) {
            at += channel.write(zeros, at);
        }
        channel.force(false);
    }

    private static void readFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
            // until the buffer is full or the file ends
        }
        bytes.flip();
    }
}
