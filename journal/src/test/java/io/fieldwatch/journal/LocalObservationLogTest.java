package io.fieldwatch.journal;

import static io.fieldwatch.journal.LogFixture.config;
import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.LogReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalObservationLogTest {

    @TempDir
    private Path directory = Path.of("");

    @Test
    void blocksComeBackAsTheyWent() throws Exception {
        try (LocalObservationLog log = LocalObservationLog.open(config(directory, "storage"));
                LogReader reader = log.read("storage", 0)) {
            append(log, block(7, 42.5));
            assertThat(reader.next(1000)).isTrue();
            assertThat(reader.block().next()).isTrue();
            assertThat(reader.block().type()).isEqualTo(BlockFormat.DEVICE);
            assertThat(reader.block().next()).isTrue();
            assertThat(reader.block().device()).isEqualTo(7);
            assertThat(reader.block().number(3)).isEqualTo(42.5);
            assertThat(reader.block().next()).isFalse();
        }
    }

    @Test
    void deviceNumbersSurviveARestartAndTheTrimmingOfTheirBlocks() throws Exception {
        DeviceDefinition described = new DeviceDefinition(1, 5, "wl-1", "Trạm Nậm La", "Tô Hiệu", 21.33, 103.91);
        try (LocalObservationLog log = LocalObservationLog.open(config(directory, "storage"));
                LogReader reader = log.read("storage", 0)) {
            append(log, block(0, 1));
            append(log, deviceBlock(described));
            for (int i = 0; i < 40; i++) {
                append(log, bulk());
                assertThat(reader.next(1000)).isTrue();
                reader.release(reader.nextPosition());
            }
            while (reader.next(0)) {
                reader.release(reader.nextPosition());
            }
            assertThat(log.metrics().get(JournalMetric.SEGMENTS_TRIMMED)).isPositive();
        }
        try (LocalObservationLog log = LocalObservationLog.open(config(directory, "storage"))) {
            assertThat(log.devices().find(1)).isEqualTo(described);
            assertThat(log.devices().find(0)).isEqualTo(DeviceDefinition.undescribed(0, 1, "tf-0"));
            assertThat(log.devices().find(5, "wl-1")).isEqualTo(described);
        }
    }

    private static void append(LocalObservationLog log, ByteBuffer block) throws Exception {
        LogFixture.Future outcome = new LogFixture.Future();
        assertThat(log.append(block, outcome)).isTrue();
        outcome.position.get(10, TimeUnit.SECONDS);
    }

    private static ByteBuffer block(int device, double value) {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocate(4096), 1, 1000);
        assertThat(writer.device(DeviceDefinition.undescribed(device, 1, "tf-" + device)))
                .isTrue();
        writer.begin(1, device);
        writer.setNumber(3, value);
        assertThat(writer.commit(1_000_000, 1000, 0)).isTrue();
        return writer.seal();
    }

    private static ByteBuffer deviceBlock(DeviceDefinition device) {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocate(4096), 1, 1000);
        assertThat(writer.device(device)).isTrue();
        return writer.seal();
    }

    private static ByteBuffer bulk() {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocate(8192), 1, 1000);
        writer.begin(1, 0);
        writer.setNumber(0, 1);
        long time = 0;
        while (writer.commit(time++, 1000, 0)) {
            writer.begin(1, 0);
            writer.setNumber(0, 1);
        }
        return writer.seal();
    }
}
