package io.fieldwatch.telemetry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The seam between those who accept observations and those who use them: an append-only, durable, replayable log of
 * blocks. A position is the byte offset of a block from the log's birth. Thread-safe.
 */
public interface ObservationLog extends AutoCloseable {

    /** Names this log for good; whoever remembers a position remembers it together with this id. */
    UUID id();

    /** False while the log has no room or has failed: whoever feeds it stops reading its sources. */
    boolean accepting();

    /**
     * Takes a sealed block (position to limit) to be written. The buffer belongs to the log until one of
     * {@code outcome}'s methods has been called, which happens exactly once, on the log's own thread and in the order of
     * appending.
     *
     * @return false when the log does not take it (no room, failed or closed); then the buffer stays the caller's
     */
    boolean append(ByteBuffer block, Outcome outcome);

    /** End of what is on stable storage: the position the next durable block will have. */
    long end();

    /**
     * Reads from a position on, as one of the readers the log was opened with; it keeps everything this reader has not
     * {@linkplain LogReader#release released}.
     *
     * @param from a position this reader knows to be the end of what it has dealt with; 0 for all
     * @throws IllegalArgumentException for a name the log was not opened with
     */
    LogReader read(String reader, long from);

    /** Reads what is appended from now on, without holding anything back: a slow tail may skip blocks. */
    LogReader tail();

    /** The device numbers of everything on stable storage now; a copy. */
    DeviceDictionary devices();

    /** Writes and forces what was appended, then closes. No block is taken any more. */
    @Override
    void close();

    /** What became of an appended block. Implementations return at once and do not throw. */
    interface Outcome {

        /** The block is on stable storage. */
        void onDurable(long position);

        /** The block may or may not survive a restart, and the log takes nothing more. */
        void onFailed(IOException cause);
    }
}
