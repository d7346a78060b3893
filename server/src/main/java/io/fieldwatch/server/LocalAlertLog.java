package io.fieldwatch.server;

import io.fieldwatch.alerts.AlertLog;
import io.fieldwatch.journal.LogHealth;
import io.fieldwatch.journal.SegmentLog;
import io.fieldwatch.journal.SegmentReader;
import io.fieldwatch.telemetry.ObservationLog.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** The alert log on local disk: the port that {@code alerts} asks for, on the journal's segments. */
final class LocalAlertLog implements AlertLog {

    private final SegmentLog log;

    LocalAlertLog(SegmentLog log) {
        this.log = log;
    }

    /** Whether the log does its work. */
    LogHealth health() {
        return log.health();
    }

    @Override
    public UUID id() {
        return log.id();
    }

    @Override
    public CompletableFuture<Long> append(byte[] entry) {
        CompletableFuture<Long> position = new CompletableFuture<>();
        boolean taken = log.append(ByteBuffer.wrap(entry), new Outcome() {
            @Override
            public void onDurable(long at) {
                position.complete(at);
            }

            @Override
            public void onFailed(IOException cause) {
                position.completeExceptionally(cause);
            }
        });
        if (!taken) {
            position.completeExceptionally(
                    new IOException("the alert log takes nothing: it is full, failed or closed"));
        }
        return position;
    }

    @Override
    public long end() {
        return log.end();
    }

    @Override
    public AlertLog.Reader read(String reader, long from) {
        try {
            return new EntryReader(log.read(reader, from));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        log.close();
    }

    private static final class EntryReader implements AlertLog.Reader {

        private final SegmentReader reader;

        EntryReader(SegmentReader reader) {
            this.reader = reader;
        }

        @Override
        public boolean next(long waitMillis) throws IOException, InterruptedException {
            return reader.next(waitMillis);
        }

        @Override
        public byte[] entry() {
            ByteBuffer entry = reader.entry();
            byte[] bytes = new byte[entry.remaining()];
            entry.get(entry.position(), bytes);
            return bytes;
        }

        @Override
        public long position() {
            return reader.position();
        }

        @Override
        public long nextPosition() {
            return reader.nextPosition();
        }

        @Override
        public void release(long position) {
            reader.release(position);
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
