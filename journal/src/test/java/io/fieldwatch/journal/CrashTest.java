package io.fieldwatch.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that appends, and looks whether all that it was told is durable is there. */
final class CrashTest {

    @TempDir
    Path directory;

    @TempDir
    Path acksDirectory;

    static JournalConfig config(Path directory, Set<String> readers) {
        return new JournalConfig(directory, 1 << 20, 1L << 30, 1 << 18, 200, 1 << 14, readers);
    }

    /** The number, then bytes that follow from it. */
    static ByteBuffer numbered(int number) {
        int bytes = 4 + Math.floorMod(number * 7919, 3000);
        ByteBuffer entry = ByteBuffer.allocate(bytes);
        entry.putInt(number);
        while (entry.hasRemaining()) {
            entry.put((byte) (number + entry.position()));
        }
        return entry.flip();
    }

    @Test
    void everythingAcknowledgedSurvivesKillingTheProcess() throws Exception {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        int next = 0;
        for (int round = 0; round < 3; round++) {
            int acked = appendAndKill(next, 150 + random.nextInt(500));
            assertThat(acked)
                    .as("round %d, seed %d: the process got to work", round, seed)
                    .isGreaterThanOrEqualTo(next);
            next = count(directory);
            assertThat(next).as("round %d, seed %d", round, seed).isGreaterThan(acked);
        }
    }

    /** Answers the last number acknowledged. */
    private int appendAndKill(int first, int millis) throws IOException, InterruptedException {
        Path acks = acksDirectory.resolve("acks-" + first);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Appender.class.getName(),
                        directory.toString(),
                        Integer.toString(first),
                        Integer.toString(Integer.MAX_VALUE))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(acks.toFile())
                .start();
        try {
            await().atMost(30, TimeUnit.SECONDS).until(() -> Files.size(acks) > 0);
            Thread.sleep(millis);
            assertThatThrownBy(() -> SegmentLog.open(config(directory, Set.of("a"))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("open in another process");
            assertThat(process.isAlive()).isTrue();
        } finally {
            assertThat(process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        String whole = Files.readString(acks, StandardCharsets.US_ASCII);
        int acked = first - 1;
        for (String line : whole.substring(0, whole.lastIndexOf('\n')).lines().toList()) {
            assertThat(Integer.parseInt(line)).as("acknowledged in order").isEqualTo(++acked);
        }
        return acked;
    }

    /** Checks every entry the log holds and answers how many there are. */
    static int count(Path directory) throws IOException, InterruptedException {
        try (SegmentLog log = SegmentLog.open(config(directory, Set.of("a")));
                SegmentReader reader = log.read("a", 0)) {
            int number = 0;
            while (reader.next(0)) {
                assertThat(reader.entry()).isEqualTo(numbered(number));
                number++;
            }
            return number;
        }
    }
}
