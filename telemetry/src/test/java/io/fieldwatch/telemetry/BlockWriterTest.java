package io.fieldwatch.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class BlockWriterTest {

    private final BlockWriter writer = new BlockWriter();
    private final BlockReader reader = new BlockReader();

    @Test
    void takesBackEverythingSinceTheMark() {
        writer.open(ByteBuffer.allocate(1024), 1, 0);
        writer.tick(1);
        observe(7);
        writer.mark();
        int bytes = writer.bytes();
        observe(8);
        writer.device(DeviceDefinition.undescribed(0, 1, "d"));
        writer.rollback();

        assertThat(writer.bytes()).isEqualTo(bytes);
        assertThat(writer.observations()).isEqualTo(1);
        reader.wrap(writer.seal());
        assertThat(reader.records()).isEqualTo(2);
        assertThat(reader.observations()).isEqualTo(1);
        assertThat(reader.hasDevices()).isFalse();
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(BlockFormat.TICK);
        assertThat(reader.next()).isTrue();
        assertThat(reader.device()).isEqualTo(7);
        assertThat(reader.next()).isFalse();
    }

    @Test
    void keepsWhatWasBeforeTheMarkWhenRolledBackTwice() {
        writer.open(ByteBuffer.allocate(1024), 1, 0);
        writer.device(DeviceDefinition.undescribed(0, 1, "d"));
        writer.mark();
        observe(1);
        writer.rollback();
        observe(2);
        writer.rollback();

        reader.wrap(writer.seal());
        assertThat(reader.records()).isEqualTo(1);
        assertThat(reader.hasDevices()).isTrue();
    }

    @Test
    void isEmptyAgainAfterRollbackToTheStart() {
        writer.open(ByteBuffer.allocate(1024), 1, 0);
        assertThat(writer.isEmpty()).isTrue();
        observe(1);
        assertThat(writer.isEmpty()).isFalse();
        writer.rollback();

        assertThat(writer.isEmpty()).isTrue();
        assertThat(reader.wrap(writer.seal()).next()).isFalse();
    }

    @Test
    void startsAfreshInAReusedBuffer() {
        ByteBuffer buffer = ByteBuffer.allocate(256);
        writer.open(buffer, 1, 5);
        writer.device(DeviceDefinition.undescribed(0, 1, "d"));
        observe(1);
        writer.seal();
        writer.open(buffer, 2, 6);
        writer.tick(9);

        reader.wrap(writer.seal());
        assertThat(reader.hasDevices()).isFalse();
        assertThat(reader.records()).isEqualTo(1);
        assertThat(reader.catalogueVersion()).isEqualTo(2);
        assertThat(buffer.remaining()).isEqualTo(BlockFormat.HEADER_BYTES + 16);
    }

    @Test
    void refusesWhatDoesNotFitAndStaysAsItWas() {
        DeviceDefinition device = new DeviceDefinition(0, 1, "id", "name", "area", 1, 2);
        RejectedInput rejected = new RejectedInput(RejectReason.MALFORMED_JSON, 1, "s", "t", new byte[10], "d");
        refuses(15, () -> writer.tick(1));
        refuses(28 + 6 + 10 - 1, () -> writer.device(device));
        refuses(16 + 6 + 3 + 4 + 10 - 1, () -> writer.reject(rejected));
        refuses(32 + 16 - 1, () -> {
            writer.begin(1, 1);
            writer.setNumber(0, 1);
            writer.setNumber(63, 1);
            return writer.commit(1, 1, 0);
        });
    }

    /** Leaves so much room that one byte is missing, and checks that with this one byte more it would have fit. */
    private void refuses(int room, BooleanSupplier record) {
        int before = BlockFormat.HEADER_BYTES + BlockFormat.OBSERVATION_BYTES;
        ByteBuffer tight = ByteBuffer.allocate(before + room);
        writer.open(tight, 1, 0);
        observe(1);
        byte[] untouched = tight.array().clone();
        assertThat(record.getAsBoolean()).isFalse();
        assertThat(tight.array()).isEqualTo(untouched);
        assertThat(reader.wrap(writer.seal()).records()).isEqualTo(1);
        assertThat(reader.bytes()).isEqualTo(before);

        writer.open(ByteBuffer.allocate(before + room + 1), 1, 0);
        observe(1);
        assertThat(record.getAsBoolean()).isTrue();
        assertThat(reader.wrap(writer.seal()).bytes()).isEqualTo(before + room + 1);
    }

    @Test
    void allocatesNothingPerObservation() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        fillAndRead(buffer); // loads classes
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        int observations = 0;
        for (int i = 0; i < 20; i++) {
            observations += fillAndRead(buffer);
        }
        long allocated = threads.getThreadAllocatedBytes(thread) - before;

        assertThat(observations).isGreaterThan(100_000);
        assertThat(allocated).as("bytes for %d observations", observations).isLessThan(20_000);
    }

    private int fillAndRead(ByteBuffer buffer) {
        writer.open(buffer, 1, 0);
        int written = 0;
        while (observeFive(written)) {
            written++;
            writer.mark();
        }
        reader.wrap(writer.seal());
        double sum = 0;
        while (reader.next()) {
            sum += reader.number(0) + reader.bits(5) + reader.timeMicros() + reader.arrivalMillis() + reader.device();
        }
        return sum > 0 ? written : 0;
    }

    private boolean observeFive(int device) {
        writer.begin(1, device);
        writer.setNumber(0, 0.5);
        writer.setNumber(1, device);
        writer.setInteger(5, 1);
        writer.setBoolean(6, true);
        writer.setCode(9, 1);
        return writer.commit(1_000L + device, device, 0);
    }

    private void observe(int device) {
        writer.begin(1, device);
        assertThat(writer.commit(1, 1, 0)).isTrue();
    }
}
