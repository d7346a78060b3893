package io.fieldwatch.alerts;

import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The alert log as this module needs it: durable entries in order. Entries are opaque here; {@code AlertEntryCodec} says
 * what is in them. Thread-safe.
 */
public interface AlertLog extends AutoCloseable {

    UUID id();

    /**
     * Appends in the order of calls.
     *
     * @return completes, in the same order, with the entry's position once it is on stable storage; fails when the log
     *     has failed
     */
    CompletableFuture<Long> append(byte[] entry);

    /** End of what is on stable storage. */
    long end();

    /** Reads from a position on as one of the readers the log was opened with; see {@link Reader#release}. */
    Reader read(String reader, long from);

    @Override
    void close();

    /** One thread at a time. */
    interface Reader extends AutoCloseable {

        /** Moves to the next entry; false when none came within the time. */
        boolean next(long waitMillis) throws IOException, InterruptedException;

        byte[] entry();

        long position();

        long nextPosition();

        /** Entries before the position may be forgotten as far as this reader is concerned. */
        void release(long position);

        @Override
        void close();
    }
}
