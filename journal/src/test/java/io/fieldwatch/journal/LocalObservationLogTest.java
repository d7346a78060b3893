package io.fieldwatch.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.journal.Logs.Told;
import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.LogReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalObservationLogTest {

    @TempDir
    Path directory;

    private LocalObservationLog open() throws IOException {
        return LocalObservationLog.open(Logs.small(directory, Set.of("storage")));
    }

    private static ByteBuffer observation(int device, long timeMicros) {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocateDirect(1000), 1, 5);
        for (int i = 0; i < 20; i++) {
            writer.begin(1, device);
            writer.setNumber(0, i);
            assertThat(writer.commit(timeMicros + i, 5, 0)).isTrue();
        }
        return writer.seal();
    }

    private static ByteBuffer device(DeviceDefinition definition) {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocateDirect(1000), 1, 5);
        assertThat(writer.device(definition)).isTrue();
        return writer.seal();
    }

    private static DeviceDefinition described(int number, String name) {
        return new DeviceDefinition(number, 1, "d" + number, name, "Tô Hiệu", 21.3, 103.9);
    }

    private static long append(LocalObservationLog log, ByteBuffer block) throws Exception {
        Told told = new Told();
        if (!log.accepting()) {
            await().until(log::accepting);
        }
        assertThat(log.append(block, told)).isTrue();
        return told.position();
    }

    @Test
    void givesBlocksBack() throws Exception {
        try (LocalObservationLog log = open();
                LogReader reader = log.read("storage", 0)) {
            append(log, observation(7, 1_000_000));
            assertThat(reader.next(5000)).isTrue();
            assertThat(reader.block().observations()).isEqualTo(20);
            assertThat(reader.block().next()).isTrue();
            assertThat(reader.block().type()).isEqualTo(BlockFormat.OBSERVATION);
            assertThat(reader.block().device()).isEqualTo(7);
            assertThat(reader.block().timeMicros()).isEqualTo(1_000_000);
            assertThat(reader.lag()).isZero();
        }
    }

    @Test
    void knowsADeviceAsSoonAsItsBlockIsDurable() throws Exception {
        try (LocalObservationLog log = open()) {
            append(log, device(described(0, "Cầu Dây Văng")));
            assertThat(log.devices().find(1, "d0")).isEqualTo(described(0, "Cầu Dây Văng"));
            assertThat(log.devices().size()).isEqualTo(1);
        }
        try (LocalObservationLog log = open()) {
            assertThat(log.devices().all()).containsExactly(described(0, "Cầu Dây Văng"));
        }
    }

    @Test
    void devicesSurviveTrimmingAndRestarts() throws Exception {
        UUID id;
        try (LocalObservationLog log = open();
                LogReader reader = log.read("storage", 0)) {
            id = log.id();
            append(log, device(described(0, "first")));
            append(log, device(DeviceDefinition.undescribed(1, 2, "plain")));
            append(log, device(described(0, "renamed")));
            trimAll(log, reader);
            append(log, device(described(2, "later")));
            assertThat(directory.resolve("devices.snapshot")).exists();
        }
        for (int restart = 0; restart < 2; restart++) {
            try (LocalObservationLog log = open()) {
                assertThat(log.id()).isEqualTo(id);
                assertThat(log.devices().all())
                        .containsExactly(
                                described(0, "renamed"),
                                DeviceDefinition.undescribed(1, 2, "plain"),
                                described(2, "later"));
                LogReader reader = log.read("storage", 0);
                trimAll(log, reader);
            }
        }
    }

    /** Appends and releases until all of what was there before is gone. */
    private void trimAll(LocalObservationLog log, LogReader reader) throws Exception {
        Path first = Logs.segments(directory).get(0);
        for (int i = 0; i < 12; i++) {
            append(log, observation(0, i));
        }
        while (reader.next(20)) {
            reader.release(reader.nextPosition());
        }
        await().until(() -> Logs.segments(directory).size() == 1);
        assertThat(first).doesNotExist();
    }

    @Test
    void refusesToOpenWithoutOrWithADamagedSnapshot() throws Exception {
        try (LocalObservationLog log = open();
                LogReader reader = log.read("storage", 0)) {
            append(log, device(described(0, "first")));
            trimAll(log, reader);
        }
        Path snapshot = directory.resolve("devices.snapshot");
        byte[] content = Files.readAllBytes(snapshot);
        Logs.flipBit(snapshot, 60);
        assertThatThrownBy(this::open).isInstanceOf(DamagedLogException.class);
        Files.delete(snapshot);
        assertThatThrownBy(this::open).isInstanceOf(DamagedLogException.class).hasMessageContaining("is gone");
        Files.write(snapshot, content);
        open().close();
    }

    @Test
    void refusesASecondMeaningOfADeviceNumber() throws Exception {
        try (LocalObservationLog log = open()) {
            append(log, device(described(0, "first")));
            ByteBuffer other = device(DeviceDefinition.undescribed(0, 9, "other"));
            assertThatThrownBy(() -> log.append(other, new Told()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("device number 0");
        }
    }

    @Test
    void refusesWhatIsNoBlock() throws Exception {
        try (LocalObservationLog log = open()) {
            assertThatThrownBy(() -> log.append(Logs.entry("not a block"), new Told()))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(log.end()).isZero();
        }
    }

    @Test
    void aReaderAheadOfTheLogIsToldThatEntriesAreLost() throws Exception {
        try (LocalObservationLog log = open()) {
            assertThatThrownBy(() -> log.read("storage", 8000))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("lost entries");
        }
    }
}
