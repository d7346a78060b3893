package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads durable entries in order. One thread at a time, except {@link #release}. It has a file of its own, so interrupting
 * its thread harms nobody else.
 */
public final class SegmentReader implements AutoCloseable {

    private static final int BUFFER_BYTES = 256 * 1024;

    private final SegmentLog log;
    private final LogDirectory directory;
    private final @Nullable String name;
    private final int segmentBytes;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .limit(0);
    private ByteBuffer entry = ByteBuffer.allocate(0);
    private @Nullable FileChannel channel;
    private long channelBase = -1;
    private long bufferPosition;
    private long position;
    private long nextPosition;

    SegmentReader(SegmentLog log, LogDirectory directory, @Nullable String name, long from) {
        this.log = log;
        this.directory = directory;
        this.name = name;
        this.segmentBytes = directory.segmentBytes();
        position = from;
        nextPosition = from;
    }

    /**
     * Moves to the next entry, waiting for one.
     *
     * @return false when none came within the time
     * @throws DamagedLogException when a durable entry cannot be read; its position is named
     */
    public boolean next(long waitMillis) throws IOException, InterruptedException {
        while (log.awaitBeyond(nextPosition, waitMillis)) {
            if (advance()) {
                return true;
            }
        }
        return false;
    }

    /** The entry; valid until the next call of {@link #next}. */
    public ByteBuffer entry() {
        return entry;
    }

    public long position() {
        return position;
    }

    public long nextPosition() {
        return nextPosition;
    }

    /** Bytes of durable log that have not been read. */
    public long lag() {
        return Math.max(0, log.end() - nextPosition);
    }

    /** Lets the log forget everything before a position, as far as this reader is concerned. Thread-safe. */
    public void release(long before) {
        if (name != null) {
            log.release(name, before);
        }
    }

    /** Answers false when it only moved on to another segment. */
    private boolean advance() throws IOException {
        long base = nextPosition / segmentBytes * segmentBytes;
        if (base != channelBase && !open(base)) {
            return false;
        }
        if (nextPosition - base < RecordFormat.HEADER_BYTES) {
            nextPosition = base + RecordFormat.HEADER_BYTES;
            return false;
        }
        if (nextPosition + RecordFormat.RECORD_BYTES > base + segmentBytes) {
            nextPosition = base + segmentBytes;
            return false;
        }
        int index = buffered(RecordFormat.RECORD_BYTES, base);
        int length = RecordFormat.length(buffer, index);
        if (length < 0 || length > base + segmentBytes - nextPosition - RecordFormat.RECORD_BYTES) {
            throw damaged();
        }
        index = buffered(RecordFormat.RECORD_BYTES + length, base);
        if (!RecordFormat.valid(buffer, index, nextPosition)) {
            throw damaged();
        }
        if (length == 0) {
            nextPosition = base + segmentBytes;
            return false;
        }
        position = nextPosition;
        nextPosition += RecordFormat.framed(length);
        entry = buffer.slice(index + RecordFormat.RECORD_BYTES, length);
        return true;
    }

    private DamagedLogException damaged() {
        return new DamagedLogException(
                "the entry at position " + nextPosition + " in " + directory.segment(channelBase) + " cannot be read");
    }

    /** Makes bytes at the next position available; answers their index in the buffer. */
    private int buffered(int bytes, long base) throws IOException {
        long index = nextPosition - bufferPosition;
        if (index >= 0 && index + bytes <= buffer.limit()) {
            return (int) index;
        }
        if (bytes > buffer.capacity()) {
            buffer = ByteBuffer.allocateDirect(Math.max(bytes, 2 * buffer.capacity()))
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
        long readable = Math.min(log.end(), base + segmentBytes) - nextPosition;
        buffer.clear().limit((int) Math.min(buffer.capacity(), Math.max(bytes, readable)));
        bufferPosition = nextPosition;
        FileChannel from = channel;
        if (from == null) {
            throw new IllegalStateException("the reader is closed");
        }
        while (buffer.hasRemaining()) {
            if (from.read(buffer, nextPosition - base + buffer.position()) < 0) {
                throw damaged();
            }
        }
        buffer.flip();
        return 0;
    }

    /** Answers false when the segment has been trimmed and the reader jumped to the first one kept. */
    private boolean open(long base) throws IOException {
        closeChannel();
        try {
            channel = FileChannel.open(directory.segment(base), StandardOpenOption.READ);
            channelBase = base;
            buffer.clear().limit(0);
            return true;
        } catch (NoSuchFileException e) {
            long begin = log.begin();
            if (name != null || begin <= base) {
                throw e;
            }
            nextPosition = begin;
            return false;
        }
    }

    private void closeChannel() throws IOException {
        FileChannel open = channel;
        if (open != null) {
            open.close();
        }
        channel = null;
        channelBase = -1;
    }

    @Override
    public void close() {
        try {
            closeChannel();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
