package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The entries of one whole segment, in order. One thread, only during the call that it is handed to. */
public final class SegmentScan {

    private final RecordCursor cursor;
    private final long end;
    private long position;
    private long nextPosition;

    SegmentScan(RecordCursor cursor, long end) {
        this.cursor = cursor;
        this.end = end;
        this.nextPosition = cursor.segment().base();
    }

    /**
     * Moves to the next entry.
     *
     * @return false behind the last
     */
    public boolean next() throws IOException {
        if (nextPosition >= end) {
            return false;
        }
        if (!cursor.read(nextPosition, end)) {
            throw new DamagedLogException(cursor.segment().file(), nextPosition, "the record is damaged");
        }
        position = nextPosition;
        nextPosition = cursor.nextPosition();
        return true;
    }

    /** The entry, position to limit; valid until the next call of {@link #next}. */
    public ByteBuffer entry() {
        return cursor.entry();
    }

    public long position() {
        return position;
    }

    /** Position behind the segment's last entry. */
    public long end() {
        return end;
    }
}
