package io.fieldwatch.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fake that other modules test against must behave as {@link ObservationLog} promises. */
class MemoryLogTest {

    private final MemoryLog log = new MemoryLog();
    private final List<Long> durable = new ArrayList<>();

    @Test
    void handsBackBlocksInOrderAtPositionsThatCountBytes() throws Exception {
        int first = append(1);
        int second = append(2);

        assertThat(durable).containsExactly(0L, (long) first);
        assertThat(log.end()).isEqualTo(first + second);
        try (LogReader reader = log.read("test", 0)) {
            assertThat(reader.lag()).isEqualTo(first + second);
            assertThat(reader.next(0)).isTrue();
            assertThat(tick(reader)).isEqualTo(1);
            assertThat(reader.position()).isZero();
            assertThat(reader.nextPosition()).isEqualTo(first);
            assertThat(reader.next(0)).isTrue();
            assertThat(tick(reader)).isEqualTo(2);
            assertThat(reader.lag()).isZero();
            assertThat(reader.next(5)).isFalse();
        }
        try (LogReader reader = log.read("test", first)) {
            assertThat(reader.next(0)).isTrue();
            assertThat(tick(reader)).isEqualTo(2);
        }
    }

    @Test
    void copiesTheCallersBuffer() throws Exception {
        ByteBuffer block = block(7);
        log.append(block, outcome());
        block.putLong(BlockFormat.HEADER_BYTES + 8, 99);
        try (LogReader reader = log.read("test", 0)) {
            assertThat(reader.next(0)).isTrue();
            assertThat(tick(reader)).isEqualTo(7);
        }
    }

    @Test
    void wakesAReaderThatWaits() throws Exception {
        try (LogReader tail = log.tail()) {
            Thread writer = new Thread(() -> {
                try {
                    Thread.sleep(30);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                log.append(block(5), outcome());
            });
            writer.start();
            assertThat(tail.next(10_000)).isTrue();
            assertThat(tick(tail)).isEqualTo(5);
            writer.join();
        }
    }

    @Test
    void readsOnlyWhatComesLaterFromTheTail() throws Exception {
        append(1);
        try (LogReader tail = log.tail()) {
            assertThat(tail.next(0)).isFalse();
            append(2);
            assertThat(tail.next(0)).isTrue();
            assertThat(tick(tail)).isEqualTo(2);
        }
    }

    @Test
    void holdsOutcomesBackUntilTheyAreReleased() {
        log.hold();
        append(1);
        append(2);
        assertThat(durable).isEmpty();
        assertThat(log.end()).isZero();
        log.releaseHeld();
        assertThat(durable).hasSize(2).isSorted();
        append(3);
        assertThat(durable).hasSize(3);
    }

    @Test
    void takesNothingWhileItDoesNotAccept() {
        log.accept(false);
        assertThat(log.append(block(1), outcome())).isFalse();
        assertThat(durable).isEmpty();
        log.accept(true);
        assertThat(log.append(block(1), outcome())).isTrue();
        log.close();
        assertThat(log.accepting()).isFalse();
        assertThat(log.append(block(1), outcome())).isFalse();
    }

    @Test
    void knowsTheDevicesOfItsBlocks() {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocate(256), 1, 0);
        writer.device(DeviceDefinition.undescribed(0, 1, "a"));
        log.append(writer.seal(), outcome());

        DeviceDictionary devices = log.devices();
        assertThat(devices.find(1, "a")).isNotNull();
        devices.define(DeviceDefinition.undescribed(1, 1, "b"));
        assertThat(log.devices().size()).as("a copy was given").isEqualTo(1);
    }

    private int append(long tickMicros) {
        ByteBuffer block = block(tickMicros);
        int bytes = block.remaining();
        assertThat(log.append(block, outcome())).isTrue();
        return bytes;
    }

    private static ByteBuffer block(long tickMicros) {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocate(256), 1, 0);
        writer.tick(tickMicros);
        return writer.seal();
    }

    private static long tick(LogReader reader) {
        reader.block().next();
        return reader.block().tickMicros();
    }

    private ObservationLog.Outcome outcome() {
        return new ObservationLog.Outcome() {
            @Override
            public void onDurable(long position) {
                durable.add(position);
            }

            @Override
            public void onFailed(IOException cause) {
                throw new AssertionError(cause);
            }
        };
    }
}
