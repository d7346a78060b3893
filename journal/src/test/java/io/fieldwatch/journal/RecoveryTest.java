package io.fieldwatch.journal;

import static io.fieldwatch.journal.Logs.all;
import static io.fieldwatch.journal.Logs.append;
import static io.fieldwatch.journal.Logs.entry;
import static io.fieldwatch.journal.Logs.flipBit;
import static io.fieldwatch.journal.Logs.overwrite;
import static io.fieldwatch.journal.Logs.segments;
import static io.fieldwatch.journal.Logs.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.journal.Logs.Told;
import io.fieldwatch.telemetry.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecoveryTest {

    private static final int RECORD = 40; // a record of 24 bytes of payload

    @TempDir
    Path directory;

    private SegmentLog open() throws IOException {
        return SegmentLog.open(small(directory));
    }

    private static String text(int number) {
        return Logs.text(entry(number, 24));
    }

    /** Three records, each its own group. */
    private Path threeRecords() throws Exception {
        try (SegmentLog log = open()) {
            for (int i = 0; i < 3; i++) {
                append(log, entry(i, 24));
            }
        }
        return segments(directory).get(0);
    }

    /** One record, then a group of three. */
    private Path aGroupOfThree() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (SegmentLog log = SegmentLog.open(
                small(directory), TrimListener.NONE, RecoveryListener.NONE, new Platform(disk, Clock.system()))) {
            disk.gate = new CountDownLatch(1);
            assertThat(log.append(entry(0, 24), new Told())).isTrue();
            await().until(() -> disk.forces.get() == 1);
            for (int i = 1; i < 4; i++) {
                assertThat(log.append(entry(i, 24), new Told())).isTrue();
            }
            disk.gate.countDown();
        }
        return segments(directory).get(0);
    }

    @Test
    void aRestartKeepsEntriesPositionsAndTheId() throws Exception {
        UUID id;
        try (SegmentLog log = open()) {
            id = log.id();
            append(log, entry("kept"));
        }
        try (SegmentLog log = open()) {
            assertThat(log.id()).isEqualTo(id);
            assertThat(all(log)).containsExactly("kept");
            assertThat(append(log, entry("more"))).isEqualTo(24);
        }
        try (SegmentLog log = open()) {
            assertThat(all(log)).containsExactly("kept", "more");
        }
    }

    @Test
    void tellsOfEveryEntryBeforeItOpens() throws Exception {
        threeRecords();
        List<Long> positions = new ArrayList<>();
        SegmentLog.open(small(directory), TrimListener.NONE, (position, entry) -> positions.add(position))
                .close();
        assertThat(positions).containsExactly(0L, 40L, 80L);
    }

    @Test
    void aTornTailIsCutOffWhereverItWasTorn() throws Exception {
        Path file = threeRecords();
        byte[] whole = Files.readAllBytes(file);
        int last = SegmentFormat.HEADER_BYTES + 2 * RECORD;
        for (int torn = 0; torn < RECORD; torn++) {
            byte[] content = whole.clone();
            Arrays.fill(content, last + torn, last + RECORD, (byte) 0);
            Files.write(file, content);
            try (SegmentLog log = open()) {
                assertThat(log.end()).as("torn after %d bytes", torn).isEqualTo(2 * RECORD);
                assertThat(all(log)).containsExactly(text(0), text(1));
            }
            assertThat(Arrays.mismatch(
                            Files.readAllBytes(file), Arrays.copyOf(Arrays.copyOf(whole, last), whole.length)))
                    .as("everything behind the end is zero")
                    .isEqualTo(-1);
        }
    }

    @Test
    void noiseBehindTheEndIsATornTail() throws Exception {
        Path file = threeRecords();
        byte[] noise = new byte[500];
        new java.util.Random(7).nextBytes(noise);
        overwrite(file, SegmentFormat.HEADER_BYTES + 3 * RECORD, noise);
        try (SegmentLog log = open()) {
            assertThat(all(log)).containsExactly(text(0), text(1), text(2));
        }
    }

    @Test
    void aHoleInTheLastGroupIsATornTailAndWhatLayBehindItDoesNotComeBack() throws Exception {
        Path file = aGroupOfThree();
        overwrite(
                file,
                SegmentFormat.HEADER_BYTES + RECORD,
                new byte[RECORD]); // the group's first never reached the disk
        try (SegmentLog log = open()) {
            assertThat(all(log)).containsExactly(text(0));
            append(log, entry(9, 24)); // ends exactly where the old third record began
        }
        try (SegmentLog log = open()) {
            assertThat(all(log)).containsExactly(text(0), text(9));
        }
    }

    @Test
    void aRecordMovedToAnotherPlaceIsNone() throws Exception {
        Path file = threeRecords();
        byte[] content = Files.readAllBytes(file);
        byte[] second = Arrays.copyOfRange(
                content, SegmentFormat.HEADER_BYTES + RECORD, SegmentFormat.HEADER_BYTES + 2 * RECORD);
        overwrite(file, SegmentFormat.HEADER_BYTES + 3 * RECORD, second);
        try (SegmentLog log = open()) {
            assertThat(all(log)).hasSize(3);
        }
    }

    @Test
    void aFlippedBitBeforeForcedRecordsRefusesToOpenAndChangesNothing() throws Exception {
        Path file = threeRecords();
        for (int bit = 0; bit < RECORD; bit++) {
            long at = (long) SegmentFormat.HEADER_BYTES + RECORD + bit;
            flipBit(file, at);
            byte[] before = Files.readAllBytes(file);
            DamagedLogException damaged = catchThrowableOfType(DamagedLogException.class, this::open);
            assertThat(damaged).as("byte %d", bit).isNotNull();
            assertThat(damaged.position()).isEqualTo(RECORD);
            assertThat(damaged.file()).isEqualTo(file);
            assertThat(damaged).hasMessageContaining(file.toString()).hasMessageContaining("position 40");
            assertThat(Files.readAllBytes(file)).isEqualTo(before);
            flipBit(file, at);
        }
        open().close();
    }

    @Test
    void aDamagedSegmentBeforeTheLastRefusesToOpen() throws Exception {
        try (SegmentLog log = open()) {
            for (int i = 0; i < 12; i++) {
                append(log, entry(i, 900));
            }
        }
        Path first = segments(directory).get(0);
        long last = SegmentFormat.HEADER_BYTES + 3 * SegmentFormat.recordBytes(900);
        flipBit(first, last + 100);
        DamagedLogException damaged = catchThrowableOfType(DamagedLogException.class, this::open);
        assertThat(damaged.position()).isEqualTo(3 * SegmentFormat.recordBytes(900));
    }

    @Test
    void aMissingSegmentRefusesToOpen() throws Exception {
        try (SegmentLog log = open()) {
            for (int i = 0; i < 12; i++) {
                append(log, entry(i, 900));
            }
        }
        Files.delete(segments(directory).get(1));
        assertThatThrownBy(this::open).isInstanceOf(DamagedLogException.class);
    }

    @Test
    void aDamagedHeaderOrAnotherLogsSegmentRefusesToOpen() throws Exception {
        Path file = threeRecords();
        flipBit(file, 26);
        assertThatThrownBy(this::open).isInstanceOf(DamagedLogException.class).hasMessageContaining("header");
        flipBit(file, 26);
        Files.writeString(directory.resolve("log.id"), UUID.randomUUID().toString());
        assertThatThrownBy(this::open).isInstanceOf(DamagedLogException.class).hasMessageContaining("belongs to");
    }

    @Test
    void aLogThatLostAllSegmentsDoesNotBeginAnew() throws Exception {
        Files.delete(threeRecords());
        assertThatThrownBy(this::open).isInstanceOf(DamagedLogException.class);
    }

    @Test
    void anUnfinishedSegmentIsForgotten() throws Exception {
        threeRecords();
        Path unfinished = directory.resolve("next.tmp");
        Files.write(unfinished, new byte[100]);
        try (SegmentLog log = open()) {
            assertThat(unfinished).doesNotExist();
            assertThat(all(log)).hasSize(3);
        }
    }

    @Test
    void segmentsOfAnotherSizeGoOn() throws Exception {
        threeRecords();
        JournalConfig larger = new JournalConfig(directory, 16384, 4 * 16384, 8000, 100, 6000, java.util.Set.of("a"));
        try (SegmentLog log = SegmentLog.open(larger)) {
            append(log, entry(3, 6000));
            append(log, entry(4, 24));
            assertThat(all(log)).hasSize(5);
        }
        try (SegmentLog log = open()) {
            assertThat(all(log)).hasSize(5);
        }
    }

    @Test
    void aRecordDamagedWhileTheLogIsOpenIsNamedToItsReader() throws Exception {
        try (SegmentLog log = open()) {
            append(log, entry(0, 24));
            append(log, entry(1, 24));
            flipBit(segments(directory).get(0), SegmentFormat.HEADER_BYTES + RECORD + 20);
            SegmentReader reader = log.read("a", 0);
            assertThat(reader.next(0)).isTrue();
            DamagedLogException damaged = catchThrowableOfType(
                    DamagedLogException.class, () -> assertThat(reader.next(0)).isTrue());
            assertThat(damaged.position()).isEqualTo(RECORD);
        }
    }
}
