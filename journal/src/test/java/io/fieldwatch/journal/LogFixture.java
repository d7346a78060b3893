package io.fieldwatch.journal;

import io.fieldwatch.telemetry.ObservationLog.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Entries as text and outcomes as futures. */
final class LogFixture {

    static final int SEGMENT = 64 * 1024;

    private LogFixture() {}

    static JournalConfig config(Path directory, String... readers) {
        return new JournalConfig(directory, SEGMENT, 8L * SEGMENT, SEGMENT, 16 * 1024, List.of(readers));
    }

    static ByteBuffer entry(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(ByteBuffer entry) {
        return StandardCharsets.UTF_8.decode(entry.duplicate()).toString();
    }

    static CompletableFuture<Long> append(SegmentLog log, String text) {
        Future outcome = new Future();
        if (!log.append(entry(text), outcome)) {
            outcome.position.completeExceptionally(new IOException("not taken"));
        }
        return outcome.position;
    }

    static long appendDurably(SegmentLog log, String text) throws Exception {
        return append(log, text).get(10, TimeUnit.SECONDS);
    }

    static List<String> readAll(SegmentReader reader) throws Exception {
        List<String> all = new ArrayList<>();
        while (reader.next(0)) {
            all.add(text(reader.entry()));
        }
        return all;
    }

    /** An outcome as a future. */
    static final class Future implements Outcome {

        final CompletableFuture<Long> position = new CompletableFuture<>();

        @Override
        public void onDurable(long at) {
            position.complete(at);
        }

        @Override
        public void onFailed(IOException cause) {
            position.completeExceptionally(cause);
        }
    }
}
