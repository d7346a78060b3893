package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.MemoryLog;
import io.fieldwatch.telemetry.ObservationLog;
import io.fieldwatch.telemetry.RejectedInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Writes blocks into a log, the way ingest does. */
final class Feed {

    /** 2026-11-23T07:00:00Z. */
    static final long START_MICROS = 1_795_417_200_000_000L;

    private final MemoryLog log;
    private final BlockWriter writer = new BlockWriter();

    Feed(MemoryLog log) {
        this.log = log;
    }

    /** One block with whatever the caller writes. */
    void block(Consumer<BlockWriter> content) {
        writer.open(ByteBuffer.allocate(1 << 20), 1, START_MICROS / 1000);
        content.accept(writer);
        boolean taken = log.append(writer.seal(), new ObservationLog.Outcome() {
            @Override
            public void onDurable(long position) {}

            @Override
            public void onFailed(IOException cause) {
                throw new AssertionError(cause);
            }
        });
        assertThat(taken).isTrue();
    }

    void device(int number, int kind, String externalId) {
        block(block -> define(block, DeviceDefinition.undescribed(number, kind, externalId)));
    }

    void reject(RejectedInput input) {
        block(block -> assertThat(block.reject(input)).isTrue());
    }

    static void define(BlockWriter block, DeviceDefinition definition) {
        assertThat(block.device(definition)).isTrue();
    }

    /** An observation of kind 1, traffic-flow, that has an intensity. */
    static void intensity(BlockWriter block, int device, long timeMicros, double intensity) {
        block.begin(1, device);
        block.setNumber(0, intensity);
        assertThat(block.commit(timeMicros, START_MICROS / 1000, 0)).isTrue();
    }

    /** A block with one observation a second of each device, from a second on. */
    void seconds(int devices, int from, int to) {
        block(block -> {
            for (int second = from; second < to; second++) {
                for (int device = 0; device < devices; device++) {
                    intensity(block, device, START_MICROS + second * 1_000_000L, second);
                }
            }
        });
    }
}
