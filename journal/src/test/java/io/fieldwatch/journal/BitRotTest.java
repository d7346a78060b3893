package io.fieldwatch.journal;

import static io.fieldwatch.journal.Logs.append;
import static io.fieldwatch.journal.Logs.entry;
import static io.fieldwatch.journal.Logs.flipBit;
import static io.fieldwatch.journal.Logs.overwrite;
import static io.fieldwatch.journal.Logs.segments;
import static io.fieldwatch.journal.Logs.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fieldwatch.journal.JournalInspection.Damage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Changes bytes of a log's files in every way and at every kind of place, at rest and under a log at work. Only the end of
 * the last segment may be cut without an alarm, for there a change cannot be told from an unfinished write.
 */
final class BitRotTest {

    private static final int RECORD = (int) SegmentFormat.recordBytes(900);
    private static final int PER_SEGMENT = 4;
    private static final int RECORDS = 11; // in three segments; the last has three

    @TempDir
    static Path whole;

    @TempDir
    Path directory;

    /** What happens to a record's bytes, given where they begin in the file. */
    enum Change {
        A_FLIPPED_BIT_IN_THE_LENGTH {
            @Override
            void at(Path file, long offset) throws IOException {
                flipBit(file, offset + 1);
            }
        },
        A_FLIPPED_BIT_IN_THE_CHECKSUM {
            @Override
            void at(Path file, long offset) throws IOException {
                flipBit(file, offset + 5);
            }
        },
        A_FLIPPED_BIT_IN_WHAT_WAS_FORCED {
            @Override
            void at(Path file, long offset) throws IOException {
                flipBit(file, offset + 9);
            }
        },
        A_FLIPPED_BIT_IN_THE_ENTRY {
            @Override
            void at(Path file, long offset) throws IOException {
                flipBit(file, offset + 500);
            }
        },
        A_ZEROED_BLOCK {
            @Override
            void at(Path file, long offset) throws IOException {
                overwrite(file, offset - offset % 512 + 512, new byte[512]);
            }
        },
        ANOTHER_BLOCK_OF_THE_FILE {
            @Override
            void at(Path file, long offset) throws IOException {
                byte[] content = Files.readAllBytes(file);
                byte[] first = Arrays.copyOfRange(content, 0, 512);
                overwrite(file, offset - offset % 512 + 512, first);
            }
        },
        ANOTHER_RECORD_OF_THE_FILE {
            @Override
            void at(Path file, long offset) throws IOException {
                byte[] content = Files.readAllBytes(file);
                int first = SegmentFormat.HEADER_BYTES;
                int other = offset == first ? first + RECORD : first;
                overwrite(file, offset, Arrays.copyOfRange(content, other, other + RECORD));
            }
        },
        A_FILE_CUT_SHORT {
            @Override
            void at(Path file, long offset) throws IOException {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    assertThat(channel.truncate(offset + 100)).isNotNull();
                }
            }
        };

        abstract void at(Path file, long offset) throws IOException;
    }

    /** Every change at the first, a middle and the last record of the first, the second and the last segment. */
    static List<Arguments> changes() {
        List<Arguments> all = new ArrayList<>();
        for (Change change : Change.values()) {
            for (int record : List.of(0, 1, 3, 4, 6, 7, 8, 9, 10)) {
                all.add(Arguments.of(change, record));
            }
        }
        return all;
    }

    @BeforeAll
    static void makeAWholeLog() throws Exception {
        try (SegmentLog log = SegmentLog.open(small(whole))) {
            fill(log);
        }
    }

    private void copyWhole() throws IOException {
        try (Stream<Path> files = Files.list(whole)) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
    }

    private SegmentLog open() throws IOException {
        return SegmentLog.open(small(directory));
    }

    private static void fill(SegmentLog log) throws Exception {
        for (int i = 0; i < RECORDS; i++) {
            append(log, entry(i, 900)); // each its own group
        }
    }

    private Path fileOf(int record) throws IOException {
        return segments(directory).get(record / PER_SEGMENT);
    }

    private static long offsetOf(int record) {
        return SegmentFormat.HEADER_BYTES + (long) (record % PER_SEGMENT) * RECORD;
    }

    @ParameterizedTest
    @MethodSource("changes")
    void atRestItStopsTheStartExceptAtTheVeryEnd(Change change, int record) throws Exception {
        copyWhole();
        change.at(fileOf(record), offsetOf(record));
        boolean veryEnd = record == RECORDS - 1 && change != Change.A_FILE_CUT_SHORT;
        JournalInspection inspection = JournalInspection.of(directory);
        if (veryEnd) {
            assertThat(inspection.sound()).isTrue();
            assertThat(inspection.tornTail()).isNotNull();
            try (SegmentLog log = open()) {
                assertThat(Logs.all(log)).hasSize(RECORDS - 1);
            }
            return;
        }
        byte[] before = Files.readAllBytes(fileOf(record));
        DamagedLogException refused = catchThrowableOfType(DamagedLogException.class, this::open);
        assertThat(refused.file()).isEqualTo(fileOf(record));
        assertThat(Files.readAllBytes(fileOf(record))).as("nothing is changed").isEqualTo(before);
        assertThat(inspection.sound()).isFalse();
        assertThat(inspection.damage())
                .extracting(Damage::file, Damage::position)
                .contains(Tuple.tuple(fileOf(record), (long) record * RECORD));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void underALogAtWorkItRaisesTheAlarmOnceAndIsNotPassedOver(Change change, int record) throws Exception {
        try (LogLines lines = LogLines.of(DamageAlarm.class);
                SegmentLog log = open()) {
            fill(log);
            Path file = fileOf(record);
            change.at(file, offsetOf(record));
            SegmentReader reader = log.read("a", 0);
            for (int i = 0; i < record; i++) {
                assertThat(reader.next(0)).isTrue();
                assertThat(Logs.number(Logs.text(reader.entry()))).isEqualTo(i);
            }
            for (int attempt = 0; attempt < 3; attempt++) {
                DamagedLogException met = catchThrowableOfType(
                        DamagedLogException.class,
                        () -> assertThat(reader.next(0)).isFalse());
                assertThat(met.file()).isEqualTo(file);
                assertThat(met.position()).isEqualTo((long) record * RECORD);
            }
            assertThat(log.metrics().get(JournalMetric.DAMAGED)).isEqualTo(1);
            assertThat(log.damage()).get().extracting(DamagedLogException::file).isEqualTo(file);
            assertThat(log.health().ready()).isFalse();
            assertThat(log.health().detail())
                    .startsWith("DAMAGED: ")
                    .contains(file.toString(), "position " + record * RECORD);
            assertThat(lines.with("damaged"))
                    .singleElement()
                    .asString()
                    .startsWith("ERROR ")
                    .contains(file.toString(), "position " + record * RECORD);
            append(log, entry(RECORDS, 900)); // devices are still served
        }
    }

    @ParameterizedTest
    @EnumSource(Change.class)
    void theVeryEndIsNoLongerTheEndWhenARecordFollows(Change change) throws Exception {
        try (SegmentLog log = open()) {
            fill(log);
            change.at(fileOf(RECORDS - 1), offsetOf(RECORDS - 1));
            append(log, entry(RECORDS, 900));
        }
        DamagedLogException refused = catchThrowableOfType(DamagedLogException.class, this::open);
        assertThat(refused.file()).isEqualTo(fileOf(RECORDS - 1));
        assertThat(JournalInspection.of(directory).damage())
                .extracting(Damage::position, Damage::goodFrom)
                .contains(Tuple.tuple((RECORDS - 1L) * RECORD, (long) RECORDS * RECORD));
    }

    @Test
    void aHeaderThatChangedStopsTheStart() throws Exception {
        copyWhole();
        for (int record : List.of(0, 4, 8)) {
            Path file = fileOf(record);
            for (int at = 0; at < SegmentFormat.HEADER_BYTES - 20; at++) {
                flipBit(file, at);
                assertThatThrownBy(this::open).as("byte %d", at).isInstanceOf(DamagedLogException.class);
                JournalInspection inspection = JournalInspection.of(directory);
                assertThat(inspection.damage())
                        .singleElement()
                        .extracting(Damage::file, Damage::offset)
                        .containsExactly(file, 0L);
                assertThat(inspection.total().contents().records())
                        .as("the records are whole")
                        .isEqualTo(RECORDS);
                flipBit(file, at);
            }
        }
        open().close();
    }

    @Test
    void anEndThatWentMissingIsNoticedByTheReaderThatHadComeFurther() throws Exception {
        copyWhole();
        overwrite(fileOf(8), offsetOf(9), new byte[2 * RECORD]); // two forced records, as if never written
        try (SegmentLog log = open()) {
            assertThat(log.end()).isEqualTo(9L * RECORD);
            assertThatThrownBy(() -> log.read("a", 11L * RECORD))
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessageContaining("has lost entries");
            assertThat(log.metrics().get(JournalMetric.DAMAGED)).isEqualTo(1);
            assertThat(log.health().ready()).isFalse();
        }
    }

    @Test
    void aFileThatIsGoneUnderALogAtWorkRaisesTheAlarm() throws Exception {
        try (SegmentLog log = open()) {
            fill(log);
            Path second = fileOf(4);
            Files.delete(second);
            SegmentReader reader = log.read("a", 0);
            for (int i = 0; i < PER_SEGMENT; i++) {
                assertThat(reader.next(0)).isTrue();
            }
            assertThatThrownBy(() -> reader.next(0))
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessageContaining(second + ", position " + 4 * RECORD + ": the file is gone");
            assertThat(log.health().ready()).isFalse();
        }
    }

    @Test
    void aRestoredFileIsReadOnFromWithoutARestart() throws Exception {
        try (SegmentLog log = open()) {
            fill(log);
            SegmentReader reader = log.read("a", 0);
            flipBit(fileOf(5), offsetOf(5) + 100);
            for (int i = 0; i < 5; i++) {
                assertThat(reader.next(0)).isTrue();
            }
            assertThatThrownBy(() -> reader.next(0)).isInstanceOf(DamagedLogException.class);
            flipBit(fileOf(5), offsetOf(5) + 100);
            assertThat(Logs.rest(reader)).hasSize(RECORDS - 5);
            assertThat(log.health().ready())
                    .as("somebody should still have a look")
                    .isFalse();
        }
    }
}
