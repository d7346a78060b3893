package io.fieldwatch.journal;

import static io.fieldwatch.journal.Logs.append;
import static io.fieldwatch.journal.Logs.entry;
import static io.fieldwatch.journal.Logs.number;
import static io.fieldwatch.journal.Logs.segments;
import static io.fieldwatch.journal.Logs.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.journal.Logs.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrimmingTest {

    private static final long RECORD = SegmentFormat.recordBytes(984);

    @TempDir
    Path directory;

    /** Four records to a segment. */
    private static void fill(SegmentLog log, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            append(log, entry(i, 984));
        }
    }

    private static List<Integer> numbers(SegmentReader reader) throws Exception {
        List<Integer> numbers = new ArrayList<>();
        while (reader.next(0)) {
            numbers.add(number(Logs.text(reader.entry())));
        }
        return numbers;
    }

    @Test
    void aFullBudgetRefusesUntilReadersReleaseSegments() throws Exception {
        try (SegmentLog log = SegmentLog.open(small(directory))) {
            SegmentReader reader = log.read("a", 0);
            int taken = 0;
            while (log.append(entry(taken, 984), new Told())) {
                taken++;
                Logs.waitForEnd(log, taken * RECORD);
            }
            assertThat(taken).isEqualTo(7 * 4); // eight segments, one is the reserve
            assertThat(log.accepting()).isFalse();
            assertThat(log.failure()).isEmpty();
            assertThat(sizeOfFiles()).isLessThanOrEqualTo(8 * Logs.SEGMENT_BYTES);

            for (int i = 0; i < 4; i++) {
                assertThat(reader.next(0)).isTrue();
            }
            reader.release(reader.position());
            Thread.sleep(50);
            assertThat(log.append(entry(99, 984), new Told()))
                    .as("a segment is not whole behind the reader")
                    .isFalse();
            reader.release(reader.nextPosition());
            await().until(log::accepting);
            fill(log, 28, 32);
            assertThat(log.append(entry(99, 984), new Told())).isFalse();
            assertThat(numbers(reader)).hasSize(28).startsWith(4).endsWith(31);
        }
    }

    private long sizeOfFiles() throws IOException {
        long bytes = 0;
        for (Path file : segments(directory)) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    @Test
    void trimsBehindTheSlowestReaderOnly() throws Exception {
        try (SegmentLog log = SegmentLog.open(small(directory, Set.of("a", "b")))) {
            fill(log, 0, 14);
            SegmentReader fast = log.read("a", 0);
            assertThat(numbers(fast)).hasSize(14);
            fast.release(fast.nextPosition());
            Thread.sleep(50);
            assertThat(segments(directory))
                    .as("b was never opened and holds everything")
                    .hasSize(4);
            SegmentReader slow = log.read("b", 5 * RECORD);
            for (int i = 5; i < 9; i++) {
                assertThat(slow.next(0)).isTrue();
            }
            slow.release(slow.nextPosition());
            await().until(() -> segments(directory).size() == 2);
            assertThat(log.first()).isEqualTo(8 * RECORD);
            assertThat(numbers(slow)).containsExactly(9, 10, 11, 12, 13);
        }
    }

    @Test
    void aClosedReaderStillHoldsWhatItDidNotRelease() throws Exception {
        try (SegmentLog log = SegmentLog.open(small(directory, Set.of("a", "b")))) {
            fill(log, 0, 14);
            log.read("a", 4 * RECORD).close();
            SegmentReader other = log.read("b", 0);
            other.release(14 * RECORD);
            await().until(() -> segments(directory).size() == 3);
            Thread.sleep(50);
            assertThat(log.first()).isEqualTo(4 * RECORD);
            assertThat(numbers(log.read("a", 4 * RECORD))).hasSize(10).startsWith(4);
        }
    }

    @Test
    void aRangeThatIsGoneIsAnErrorExceptForANewcomer() throws Exception {
        JournalConfig config = small(directory);
        try (SegmentLog log = SegmentLog.open(config)) {
            fill(log, 0, 10);
            log.read("a", 0).release(8 * RECORD);
            await().until(() -> log.first() == 8 * RECORD);
        }
        try (SegmentLog log = SegmentLog.open(config)) {
            assertThat(log.first()).isEqualTo(8 * RECORD);
            assertThatThrownBy(() -> log.read("a", 4 * RECORD))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("begins at " + 8 * RECORD);
            assertThat(numbers(log.read("a", 0))).containsExactly(8, 9);
        }
    }

    @Test
    void aTailHoldsNothingAndJumpsOverWhatIsGone() throws Exception {
        try (SegmentLog log = SegmentLog.open(small(directory))) {
            SegmentReader tail = log.tail();
            fill(log, 0, 4);
            assertThat(tail.next(0)).isTrue();
            fill(log, 4, 18);
            log.read("a", 0).release(13 * RECORD);
            await().until(() -> log.first() == 12 * RECORD);
            assertThat(numbers(tail)).containsExactly(12, 13, 14, 15, 16, 17);
        }
    }

    @Test
    void theListenerReadsASegmentBeforeItGoesAndCanKeepIt() throws Exception {
        List<Integer> offered = new CopyOnWriteArrayList<>();
        AtomicBoolean refuses = new AtomicBoolean(true);
        TrimListener listener = entries -> {
            if (refuses.get()) {
                throw new IOException("not yet");
            }
            while (entries.next()) {
                offered.add(number(Logs.text(entries.entry())));
            }
        };
        try (SegmentLog log = SegmentLog.open(small(directory), listener, RecoveryListener.NONE)) {
            fill(log, 0, 10);
            SegmentReader reader = log.read("a", 0);
            reader.release(4 * RECORD);
            await().until(() -> log.metrics().get(JournalMetric.TRIM_FAILURES) == 1);
            assertThat(log.first()).isZero();
            refuses.set(false);
            reader.release(5 * RECORD);
            await().until(() -> log.first() == 4 * RECORD);
            assertThat(offered).containsExactly(0, 1, 2, 3);
            await().until(() -> log.metrics().get(JournalMetric.KEPT_BYTES) == 2 * Logs.SEGMENT_BYTES);
        }
    }

    @Test
    void goesOnForManyTimesItsBudget() throws Exception {
        JournalConfig config = small(directory);
        int read = 0;
        for (int round = 0; round < 3; round++) {
            try (SegmentLog log = SegmentLog.open(config)) {
                SegmentReader reader = log.read("a", read * RECORD);
                for (int i = 0; i < 100; i++) {
                    if (!log.accepting()) {
                        await().until(log::accepting);
                    }
                    append(log, entry(round * 100 + i, 984));
                    assertThat(reader.next(1000)).isTrue();
                    assertThat(number(Logs.text(reader.entry()))).isEqualTo(read);
                    read++;
                    reader.release(reader.nextPosition());
                }
            }
        }
        assertThat(segments(directory)).hasSizeLessThanOrEqualTo(3);
    }
}
