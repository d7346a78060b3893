package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Hears of every entry a log holds when it is opened, in order, before anything can be appended or read. */
@FunctionalInterface
public interface RecoveryListener {

    RecoveryListener NONE = (position, entry) -> {};

    /**
     * Called on the thread that opens the log.
     *
     * @param entry position to limit; valid only during the call
     * @throws IOException to refuse to open
     */
    void recovered(long position, ByteBuffer entry) throws IOException;
}
