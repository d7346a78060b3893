package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;

/** Puts records behind one another, through one buffer, and goes on to a new segment when one is full. One thread. */
final class SegmentWriter implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 20;

    private final LogDirectory directory;
    private final SegmentFile.Opener opener;
    private final LongConsumer created;
    private final int segmentBytes;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private SegmentFile file;
    private long base;
    private int flushed;

    /**
     * @param end where to go on
     * @param created told of each new segment's base, once it is on stable storage
     */
    SegmentWriter(LogDirectory directory, SegmentFile.Opener opener, long end, LongConsumer created)
            throws IOException {
        this.directory = directory;
        this.opener = opener;
        this.created = created;
        this.segmentBytes = directory.segmentBytes();
        // An end at a segment's very edge belongs to that segment: the next write makes the next one.
        base = end == 0 ? 0 : (end - 1) / segmentBytes * segmentBytes;
        flushed = Math.max(RecordFormat.HEADER_BYTES, (int) (end - base));
        file = opener.open(directory.segment(base));
    }

    /** Position behind everything written. */
    long end() {
        return base + flushed + buffer.position();
    }

    /**
     * Writes an entry, not yet durable.
     *
     * @param stable what the log has on stable storage now
     * @return its position
     */
    long write(ByteBuffer entry, long stable) throws IOException {
        int framed = RecordFormat.framed(entry.remaining());
        if (flushed + buffer.position() + framed > segmentBytes) {
            roll(stable);
        }
        if (framed > buffer.remaining()) {
            flush();
            if (framed > buffer.capacity()) {
                buffer = ByteBuffer.allocateDirect(framed).order(ByteOrder.LITTLE_ENDIAN);
            }
        }
        long position = end();
        RecordFormat.put(buffer, entry, position, stable);
        return position;
    }

    void force() throws IOException {
        flush();
        file.force();
    }

    /** The full segment is marked as ended and forced before the next one exists, so only the last can be torn. */
    private void roll(long stable) throws IOException {
        if (segmentBytes - flushed - buffer.position() >= RecordFormat.RECORD_BYTES) {
            if (buffer.remaining() < RecordFormat.RECORD_BYTES) {
                flush();
            }
            RecordFormat.put(buffer, ByteBuffer.allocate(0), end(), stable);
        }
        force();
        file.close();
        base += segmentBytes;
        flushed = RecordFormat.HEADER_BYTES;
        directory.createSegment(base);
        created.accept(base);
        file = opener.open(directory.segment(base));
    }

    private void flush() throws IOException {
        buffer.flip();
        int bytes = buffer.remaining();
        file.write(buffer, flushed);
        flushed += bytes;
        buffer.clear();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
