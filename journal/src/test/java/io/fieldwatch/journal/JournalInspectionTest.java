package io.fieldwatch.journal;

import static io.fieldwatch.journal.Logs.entry;
import static io.fieldwatch.journal.Logs.flipBit;
import static io.fieldwatch.journal.Logs.overwrite;
import static io.fieldwatch.journal.Logs.segments;
import static io.fieldwatch.journal.Logs.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.journal.JournalInspection.Contents;
import io.fieldwatch.journal.JournalInspection.Damage;
import io.fieldwatch.journal.JournalInspection.DevicesReport;
import io.fieldwatch.journal.JournalInspection.SegmentReport;
import io.fieldwatch.journal.Logs.Told;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.LogReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalInspectionTest {

    private static final long RECORD = SegmentFormat.recordBytes(984);

    @TempDir
    Path directory;

    private static ByteBuffer block(long baseMillis, int observations) {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocateDirect(1000), 1, baseMillis);
        for (int i = 0; i < observations; i++) {
            writer.begin(1, 0);
            writer.setNumber(0, i);
            assertThat(writer.commit(1_000_000L * i, baseMillis + i, 0)).isTrue();
        }
        return writer.seal();
    }

    private static ByteBuffer device(int number) {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocateDirect(1000), 1, 5);
        assertThat(writer.device(DeviceDefinition.undescribed(number, 1, "d" + number)))
                .isTrue();
        return writer.seal();
    }

    private static void append(LocalObservationLog log, ByteBuffer block) throws Exception {
        Told told = new Told();
        if (!log.accepting()) {
            await().until(log::accepting);
        }
        assertThat(log.append(block, told)).isTrue();
        assertThat(told.position()).isNotNegative();
    }

    private Map<Path, byte[]> content() throws IOException {
        Map<Path, byte[]> content = new HashMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                content.put(file, Files.readAllBytes(file));
            }
        }
        return content;
    }

    /** Four records to a segment. */
    private void fill(int records) throws Exception {
        try (SegmentLog log = SegmentLog.open(small(directory))) {
            for (int i = 0; i < records; i++) {
                append(log, entry(i, 984));
            }
        }
    }

    private static void append(SegmentLog log, ByteBuffer entry) throws Exception {
        Logs.append(log, entry);
    }

    @Test
    void tellsWhatEachSegmentHolds() throws Exception {
        try (LocalObservationLog log = LocalObservationLog.open(small(directory))) {
            append(log, device(0));
            append(log, device(1));
            for (int i = 0; i < 5; i++) {
                append(log, block(1_700_000_000_000L + 1000L * i, 20));
            }
        }
        JournalInspection found = JournalInspection.of(directory);
        assertThat(found.sound()).isTrue();
        assertThat(found.tornTail()).isNull();
        assertThat(found.id())
                .isNotNull()
                .hasToString(Files.readString(directory.resolve("log.id")).strip());
        assertThat(found.devices()).isEqualTo(new DevicesReport(2, -1));
        SegmentReport first = found.segments().get(0);
        SegmentReport second = found.segments().get(1);
        assertThat(found.segments()).hasSize(2);
        assertThat(first.base()).isZero();
        assertThat(first.end()).isEqualTo(second.base());
        assertThat(first.usedBytes()).isEqualTo(SegmentFormat.HEADER_BYTES + first.end());
        assertThat(first.allocatedBytes()).isEqualTo(4096);
        assertThat(first.contents()).isEqualTo(new Contents(6, 6, 80, 1_700_000_000_000L, 1_700_000_003_019L));
        assertThat(second.contents()).isEqualTo(new Contents(1, 1, 20, 1_700_000_004_000L, 1_700_000_004_019L));
        assertThat(found.total().contents()).isEqualTo(new Contents(7, 7, 100, 1_700_000_000_000L, 1_700_000_004_019L));
        assertThat(found.total().allocatedBytes()).isEqualTo(2 * 4096);
    }

    @Test
    void changesNothingEvenOfADamagedLog() throws Exception {
        fill(10);
        flipBit(segments(directory).get(1), 2000);
        overwrite(segments(directory).get(2), 3000, new byte[] {1});
        Files.write(directory.resolve("next.tmp"), new byte[10]);
        Map<Path, byte[]> before = content();
        assertThat(JournalInspection.of(directory).sound()).isFalse();
        assertThat(content()).containsExactlyInAnyOrderEntriesOf(before);
    }

    @Test
    void goesOnBehindEachDamageAndSaysHowFarItReaches() throws Exception {
        fill(14);
        Path first = segments(directory).get(0);
        flipBit(first, SegmentFormat.HEADER_BYTES + RECORD + 50);
        flipBit(first, SegmentFormat.HEADER_BYTES + 2 * RECORD + 50);
        flipBit(segments(directory).get(1), SegmentFormat.HEADER_BYTES + 3 * RECORD + 50);
        JournalInspection found = JournalInspection.of(directory);
        assertThat(found.damage())
                .extracting(Damage::position, Damage::offset, Damage::goodFrom)
                .containsExactly(
                        Tuple.tuple(RECORD, 64 + RECORD, 3 * RECORD), Tuple.tuple(7 * RECORD, 64 + 3 * RECORD, -1L));
        assertThat(found.total().contents().records()).isEqualTo(14 - 3);
        assertThat(found.total().end()).isEqualTo(14 * RECORD);
    }

    @Test
    void aTornTailIsSoundAndShown() throws Exception {
        fill(3);
        Path file = segments(directory).get(0);
        overwrite(file, SegmentFormat.HEADER_BYTES + 2 * RECORD + 500, new byte[400]);
        JournalInspection found = JournalInspection.of(directory);
        assertThat(found.sound()).isTrue();
        assertThat(found.tornTail())
                .isEqualTo(new JournalInspection.TornTail(file, 2 * RECORD, 64 + 2 * RECORD, RECORD));
        assertThat(found.total().end()).isEqualTo(2 * RECORD);
    }

    @Test
    void aHoleInTheLastGroupIsATornTail() throws Exception {
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
        overwrite(segments(directory).get(0), SegmentFormat.HEADER_BYTES + 40, new byte[40]);
        JournalInspection found = JournalInspection.of(directory);
        assertThat(found.sound()).isTrue();
        assertThat(found.tornTail())
                .extracting(JournalInspection.TornTail::position)
                .isEqualTo(40L);
    }

    @Test
    void namesMissingSegmentsAndMissingOrWrongIds() throws Exception {
        fill(14);
        Path id = directory.resolve("log.id");
        String kept = Files.readString(id);
        Files.delete(id);
        assertThat(whatIsWrong()).containsExactly("log.id: the file is gone");
        assertThat(JournalInspection.of(directory).id())
                .as("the headers say it")
                .isNotNull();
        Files.writeString(id, "?");
        assertThat(whatIsWrong()).containsExactly("log.id: it says no log's id");
        Files.writeString(id, new UUID(1, 2).toString());
        assertThat(whatIsWrong()).anyMatch(line -> line.contains("it belongs to the log " + kept.strip()));
        Files.writeString(id, kept);
        Files.delete(segments(directory).get(1));
        assertThat(whatIsWrong())
                .containsExactly(segments(directory).get(1).getFileName() + ": what was before this file is missing");
        for (Path segment : segments(directory)) {
            Files.delete(segment);
        }
        assertThat(whatIsWrong()).containsExactly("log.id: all segments are gone");
    }

    private List<String> whatIsWrong() throws IOException {
        return JournalInspection.of(directory).damage().stream()
                .map(damage -> damage.file().getFileName() + ": " + damage.what())
                .toList();
    }

    @Test
    void checksTheSnapshotOfTheDevices() throws Exception {
        Path first;
        try (LocalObservationLog log = LocalObservationLog.open(small(directory));
                LogReader reader = log.read("a", 0)) {
            append(log, device(0));
            first = segments(directory).get(0);
            for (int i = 0; i < 10; i++) {
                append(log, block(1000, 20));
                reader.release(log.end());
            }
            await().until(() -> !Files.exists(first));
        }
        Path snapshot = directory.resolve("devices.snapshot");
        JournalInspection found = JournalInspection.of(directory);
        assertThat(found.sound()).isTrue();
        assertThat(found.devices()).isEqualTo(new DevicesReport(1, 1));
        flipBit(snapshot, 30);
        assertThat(whatIsWrong()).containsExactly("devices.snapshot: the snapshot of the devices is damaged");
        Files.delete(snapshot);
        assertThat(whatIsWrong())
                .containsExactly("devices.snapshot: the file is gone although the log no longer begins at 0");
    }

    @Test
    void findsTheLogsInADataDirectory() throws Exception {
        Path observations = directory.resolve("observations");
        SegmentLog.open(small(observations)).close();
        SegmentLog.open(small(directory.resolve("alerts"))).close();
        Files.createDirectory(directory.resolve("postgresql"));
        assertThat(JournalInspection.logsIn(directory)).containsExactly(directory.resolve("alerts"), observations);
        assertThat(JournalInspection.logsIn(observations)).containsExactly(observations);
        assertThat(JournalInspection.logsIn(directory.resolve("postgresql"))).isEmpty();
    }

    @Test
    void aLogAtWorkIsSoundWhateverMomentItIsLookedAt() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (SegmentLog log = SegmentLog.open(small(directory, Set.of("a")))) {
            SegmentReader reader = log.read("a", 0);
            Thread working = new Thread(() -> {
                for (int i = 0; !done.get(); i++) {
                    if (log.append(entry(i, 30 + i % 900), new Told())) {
                        reader.release(log.end());
                    }
                }
            });
            working.start();
            try {
                for (int look = 0; look < 200; look++) {
                    JournalInspection found = JournalInspection.of(directory);
                    assertThat(found.damage()).as("look %d", look).isEmpty();
                    assertThat(found.tornTail()).as("look %d", look).isNull();
                }
            } finally {
                done.set(true);
                working.join();
            }
            assertThat(log.metrics().get(JournalMetric.TRIMMED_SEGMENTS)).isPositive();
            assertThat(log.failure()).isEmpty();
        }
    }
}
