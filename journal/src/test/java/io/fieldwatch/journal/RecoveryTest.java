package io.fieldwatch.journal;

import static io.fieldwatch.journal.LogFixture.appendDurably;
import static io.fieldwatch.journal.LogFixture.config;
import static io.fieldwatch.journal.LogFixture.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecoveryTest {

    @TempDir
    private Path directory = Path.of("");

    @Test
    void aTornEndIsCutAtEveryByteAndNothingBeforeItIsLost() throws Exception {
        String last = "the last entry, of forty-one characters..";
        for (int cut = 0; cut < RecordFormat.framed(last.length()); cut++) {
            Path own = directory.resolve("cut" + cut);
            long position;
            try (SegmentLog log = SegmentLog.open(config(own, "a"))) {
                appendDurably(log, "one");
                appendDurably(log, "two");
                position = appendDurably(log, last);
            }
            zero(own, position + cut, RecordFormat.framed(last.length()) - cut);
            try (SegmentLog log = SegmentLog.open(config(own, "a"));
                    SegmentReader reader = log.read("a", 0)) {
                List<String> kept = readAll(reader);
                assertThat(kept.subList(0, 2)).containsExactly("one", "two");
                boolean onlyPaddingCut = cut >= RecordFormat.RECORD_BYTES + last.length();
                assertThat(kept).hasSize(onlyPaddingCut ? 3 : 2);
                appendDurably(log, "after");
                assertThat(readAll(reader)).containsExactly("after");
            }
        }
    }

    @Test
    void aCutEndDoesNotComeBack() throws Exception {
        long two;
        try (SegmentLog log = SegmentLog.open(config(directory, "a"))) {
            appendDurably(log, "one");
            two = appendDurably(log, "two");
        }
        flip(directory, two + RecordFormat.RECORD_BYTES);
        try (SegmentLog log = SegmentLog.open(config(directory, "a"))) {
            assertThat(log.end()).isEqualTo(two);
        }
        flip(directory, two + RecordFormat.RECORD_BYTES); // would make the stale record whole again
        try (SegmentLog log = SegmentLog.open(config(directory, "a"))) {
            assertThat(log.end()).isEqualTo(two);
        }
    }

    @Test
    void aDamagedRecordBehindWhichStableOnesStandStopsTheStart() throws Exception {
        long two;
        try (SegmentLog log = SegmentLog.open(config(directory, "a"))) {
            appendDurably(log, "one");
            two = appendDurably(log, "two");
            appendDurably(log, "three");
        }
        flip(directory, two + RecordFormat.RECORD_BYTES);
        assertThatThrownBy(() -> SegmentLog.open(config(directory, "a")))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("position " + two);
    }

    @Test
    void damageInAnEarlierSegmentStopsTheStart() throws Exception {
        long first;
        try (SegmentLog log = SegmentLog.open(config(directory, "a"))) {
            first = appendDurably(log, "first");
            for (int i = 0; i < 10; i++) {
                appendDurably(log, "v".repeat(8000));
            }
        }
        flip(directory, first + 3);
        assertThatThrownBy(() -> SegmentLog.open(config(directory, "a"))).isInstanceOf(DamagedLogException.class);
    }

    @Test
    void everyAcknowledgedEntrySurvivesAKill() throws Exception {
        SplittableRandom random = new SplittableRandom(20261123);
        int expectedAtLeast = 0;
        for (int round = 0; round < 3; round++) {
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            AppendForever.class.getName(),
                            directory.toString(),
                            Integer.toString(expectedAtLeast))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            int acknowledged = expectedAtLeast - 1;
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
                int wanted = expectedAtLeast + 20 + random.nextInt(400);
                String line = out.readLine();
                while (line != null && acknowledged < wanted) {
                    acknowledged = Integer.parseInt(line);
                    line = out.readLine();
                }
                assertThat(writer.isAlive())
                        .as("the writer runs until it is killed")
                        .isTrue();
                writer.toHandle().destroyForcibly(); // unlike the process itself, this leaves its output readable
                while (line != null) {
                    acknowledged = Integer.parseInt(line);
                    line = out.readLine();
                }
            }
            assertThat(writer.waitFor(10, TimeUnit.SECONDS)).isTrue();
            try (SegmentLog log = SegmentLog.open(config(directory, "a"));
                    SegmentReader reader = log.read("a", 0)) {
                List<String> kept = readAll(reader);
                List<String> numbers = new ArrayList<>();
                for (int i = 0; i < kept.size(); i++) {
                    numbers.add(Integer.toString(i));
                }
                assertThat(kept).as("in order, without gaps or doubles").isEqualTo(numbers);
                assertThat(kept.size()).isGreaterThan(acknowledged);
                expectedAtLeast = kept.size();
            }
        }
    }

    /** A process that appends numbers and prints each when it is durable, until it is killed. */
    static final class AppendForever {

        private AppendForever() {}

        public static void main(String[] arguments) throws Exception {
            try (SegmentLog log = SegmentLog.open(config(Path.of(arguments[0]), "a"))) {
                for (int i = Integer.parseInt(arguments[1]); ; i++) {
                    appendDurably(log, Integer.toString(i));
                    System.out.println(i);
                    System.out.flush();
                }
            }
        }
    }

    private static void zero(Path directory, long offset, int bytes) throws Exception {
        try (RandomAccessFile file = segment(directory)) {
            file.seek(offset);
            file.write(new byte[bytes]);
        }
    }

    private static void flip(Path directory, long offset) throws Exception {
        try (RandomAccessFile file = segment(directory)) {
            file.seek(offset);
            int old = file.read();
            file.seek(offset);
            file.write(old ^ 0x10);
        }
    }

    private static RandomAccessFile segment(Path directory) throws Exception {
        return new RandomAccessFile(directory.resolve("0".repeat(20) + ".log").toFile(), "rw");
    }
}
