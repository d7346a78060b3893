package io.fieldwatch.journal;

import io.fieldwatch.telemetry.ObservationLog.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Short words for the tests of the log. */
final class Logs {

    static final int SEGMENT_BYTES = 4096;

    private Logs() {}

    /** Small segments, so that tests meet their ends: 4 KiB each, 8 of them, readers "a" and "b". */
    static JournalConfig small(Path directory) {
        return small(directory, Set.of("a"));
    }

    static JournalConfig small(Path directory, Set<String> readers) {
        return new JournalConfig(directory, SEGMENT_BYTES, 8 * SEGMENT_BYTES, 2000, 100, 1000, readers);
    }

    static ByteBuffer entry(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** An entry that says its number and has the size. */
    static ByteBuffer entry(int number, int bytes) {
        StringBuilder text = new StringBuilder().append(number).append(':');
        while (text.length() < bytes) {
            text.append('x');
        }
        return entry(text.toString());
    }

    static int number(String entry) {
        return Integer.parseInt(entry.substring(0, entry.indexOf(':')));
    }

    static String text(ByteBuffer entry) {
        return StandardCharsets.UTF_8.decode(entry.duplicate()).toString();
    }

    /** Appends and waits; answers the position. */
    static long append(SegmentLog log, ByteBuffer entry) throws Exception {
        Told told = new Told();
        if (!log.append(entry, told)) {
            throw new IllegalStateException("not taken");
        }
        long position = told.position();
        waitForEnd(log, position + SegmentFormat.recordBytes(entry.limit()));
        return position;
    }

    /** Outcomes come before the end moves. */
    static void waitForEnd(SegmentLog log, long end) throws InterruptedException {
        for (int i = 0; i < 5000 && log.end() < end; i++) {
            Thread.sleep(1);
        }
    }

    /** Reads on until nothing is left. */
    static List<String> rest(SegmentReader reader) throws IOException, InterruptedException {
        List<String> texts = new ArrayList<>();
        while (reader.next(0)) {
            texts.add(text(reader.entry()));
        }
        return texts;
    }

    static List<String> all(SegmentLog log) throws IOException, InterruptedException {
        try (SegmentReader reader = log.read("a", 0)) {
            return rest(reader);
        }
    }

    static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    static void overwrite(Path file, long offset, byte[] bytes) throws IOException {
        try (java.nio.channels.FileChannel channel =
                java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    static void flipBit(Path file, long offset) throws IOException {
        byte[] content = Files.readAllBytes(file);
        overwrite(file, offset, new byte[] {(byte) (content[(int) offset] ^ 4)});
    }

    /** What an outcome was told. */
    static final class Told implements Outcome {

        private final CompletableFuture<Long> position = new CompletableFuture<>();

        @Override
        public void onDurable(long at) {
            if (!position.complete(at)) {
                throw new IllegalStateException("told twice");
            }
        }

        @Override
        public void onFailed(IOException cause) {
            if (!position.completeExceptionally(cause)) {
                throw new IllegalStateException("told twice");
            }
        }

        long position() throws Exception {
            return position.get(10, TimeUnit.SECONDS);
        }

        boolean known() {
            return position.isDone();
        }

        boolean failed() {
            return position.isCompletedExceptionally();
        }
    }
}
