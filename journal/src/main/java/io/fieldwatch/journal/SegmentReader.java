package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads durable entries of a {@link SegmentLog} in order, each checked. One thread at a time, except
 * {@link #release}. It has its own file channel, so an interrupt ends only its own wait or read.
 */
public final class SegmentReader implements AutoCloseable {

    private final SegmentLog log;
    private final @Nullable String name;
    private @Nullable RecordCursor cursor;
    private long position;
    private long nextPosition;
    private volatile long released;
    private volatile boolean closed;

    /** @param name null for a tail */
    SegmentReader(SegmentLog log, @Nullable String name, long from) {
        this.log = log;
        this.name = name;
        this.position = from;
        this.nextPosition = from;
        this.released = from;
    }

    /**
     * Moves to the next entry, waiting for one. A tail whose segment has been deleted goes on at the first one kept.
     *
     * @return false when none came within the time
     * @throws DamagedLogException naming file and position when an entry is not what was written
     * @throws IOException when the log cannot be read, or the reader is closed
     */
    public boolean next(long waitMillis) throws IOException, InterruptedException {
        requireOpen();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        try {
            do {
                if (!log.awaitBehind(nextPosition, deadline - System.nanoTime())) {
                    return false;
                }
            } while (!read());
            return true;
        } catch (DamagedLogException e) {
            drop(); // should the file be restored, it is opened anew
            throw log.damaged(e);
        } catch (ClosedByInterruptException e) {
            drop();
            Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("interrupted while reading " + log.name());
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** The entry, position to limit; valid until the next call of {@link #next}. */
    public ByteBuffer entry() {
        if (cursor == null) {
            throw new IllegalStateException("no entry has been read");
        }
        return cursor.entry();
    }

    /** Position of that entry. */
    public long position() {
        return position;
    }

    /** Position behind that entry, where the next one begins. */
    public long nextPosition() {
        return nextPosition;
    }

    /** Bytes of durable log behind what was read: 0 when up to date. */
    public long lag() {
        return Math.max(0, log.end() - nextPosition);
    }

    /**
     * Everything before the position is dealt with for good, and the log may forget it. Going back is ignored; on a tail
     * it does nothing. Thread-safe.
     *
     * @throws IllegalArgumentException for a position the log has not reached
     */
    public void release(long upTo) {
        if (upTo > log.end()) {
            throw new IllegalArgumentException("cannot release " + upTo + ", the log ends at " + log.end());
        }
        synchronized (this) {
            if (upTo <= released) {
                return;
            }
            released = upTo;
        }
        if (name != null) {
            log.trimSoon();
        }
    }

    long released() {
        return released;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        log.closed(name, this);
        drop();
    }

    /** Answers false when it had to jump and there is nothing yet where it landed. */
    private boolean read() throws IOException {
        while (nextPosition < log.end()) {
            Segment segment = log.segmentAt(nextPosition);
            if (segment == null) {
                jump();
                continue;
            }
            long limit = log.readable(segment);
            RecordCursor at = open(segment);
            if (at == null || !segment.equals(log.segmentAt(segment.base()))) {
                continue; // deleted meanwhile, so the limit may be another segment's
            }
            if (!at.read(nextPosition, limit)) {
                throw new DamagedLogException(segment.file(), nextPosition, "the record is damaged");
            }
            position = nextPosition;
            nextPosition = at.nextPosition();
            return true;
        }
        return false;
    }

    private void jump() throws IOException {
        long first = log.first();
        if (name != null) {
            throw new IOException(
                    "position " + nextPosition + " of the log " + log.name() + " is gone, the first kept is " + first);
        }
        nextPosition = first;
    }

    /** Answers null when the file has been deleted since the segment was looked up. */
    private @Nullable RecordCursor open(Segment segment) throws IOException {
        RecordCursor at = cursor;
        try {
            if (at == null) {
                at = new RecordCursor(log.id(), segment);
                cursor = at;
            } else if (!segment.equals(at.segment())) {
                at.move(segment);
            }
            return at;
        } catch (NoSuchFileException e) {
            if (segment.equals(log.segmentAt(segment.base()))) {
                throw new DamagedLogException(segment.file(), nextPosition, "the file is gone", e);
            }
            return null;
        }
    }

    /** The entry read last is whole and yet makes no sense. */
    IOException senseless(IllegalStateException cause) {
        @Nullable RecordCursor at = cursor;
        Path file = at == null ? Path.of("") : at.segment().file();
        return log.damaged(
                new DamagedLogException(file, position, "the block does not make sense: " + cause.getMessage(), cause));
    }

    private void requireOpen() throws IOException {
        if (closed) {
            drop();
            throw new IOException("the reader " + (name == null ? "tail" : name) + " is closed");
        }
    }

    private void drop() {
        RecordCursor open = cursor;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                SegmentLog.LOG.debug("closing a reader of {}", log.name(), e);
            }
            cursor = null;
        }
    }
}
