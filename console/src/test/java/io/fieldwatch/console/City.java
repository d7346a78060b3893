package io.fieldwatch.console;

import io.fieldwatch.alerts.Alert;
import io.fieldwatch.alerts.AlertState;
import io.fieldwatch.alerts.Priority;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Label;
import io.fieldwatch.telemetry.MemoryLog;
import io.fieldwatch.telemetry.ObservationLog;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Devices and what they say, written as blocks into a log in memory. */
final class City {

    final Catalogue catalogue = Catalogue.builtIn();
    final MemoryLog log = new MemoryLog();
    final List<DeviceDefinition> devices = new ArrayList<>();
    private final Clock clock;

    City(Clock clock) {
        this.clock = clock;
    }

    Kind kind(String name) {
        return catalogue.kind(name).orElseThrow();
    }

    Kind kindOf(DeviceDefinition device) {
        return Objects.requireNonNull(catalogue.kindOrNull(device.kind()));
    }

    DeviceDefinition define(String kind, String externalId, String name, String area, double lat, double lon) {
        DeviceDefinition device =
                new DeviceDefinition(devices.size(), kind(kind).number(), externalId, name, area, lat, lon);
        devices.add(device);
        append(block -> block.device(device));
        return device;
    }

    void observe(DeviceDefinition device, long timeMicros, Map<String, Double> values) {
        append(block -> write(block, device, timeMicros, values));
    }

    void observe(DeviceDefinition device, Map<String, Double> values) {
        observe(device, clock.wallMicros(), values);
    }

    void append(Consumer<BlockWriter> records) {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocate(1 << 20), catalogue.version(), clock.wallMillis());
        records.accept(writer);
        boolean taken = log.append(writer.seal(), new Ignored());
        if (!taken) {
            throw new IllegalStateException("the log took no block");
        }
    }

    void write(BlockWriter block, DeviceDefinition device, long timeMicros, Map<String, Double> values) {
        block.begin(device.kind(), device.number());
        values.forEach((name, value) -> {
            Property property = kindOf(device).property(name).orElseThrow();
            if (property.type() == PropertyType.NUMBER) {
                block.setNumber(property.number(), value);
            } else {
                block.setInteger(property.number(), value.longValue());
            }
        });
        if (!block.commit(timeMicros, clock.wallMillis(), 0)) {
            throw new IllegalStateException("the block is full");
        }
    }

    Alert alert(
            String id, DeviceDefinition device, Priority priority, Label message, String property, double... values) {
        String unit = kindOf(device).property(property).map(Property::unit).orElse("s");
        return new Alert(
                id,
                1,
                "rule-" + property,
                priority,
                AlertState.UNACKNOWLEDGED,
                message,
                device.number(),
                kindOf(device).name(),
                device.externalId(),
                device.name(),
                device.area(),
                device.lat(),
                device.lon(),
                property,
                values[0],
                values[1],
                unit,
                clock.wallMicros(),
                0,
                null,
                0);
    }

    private static final class Ignored implements ObservationLog.Outcome {
        @Override
        public void onDurable(long position) {}

        @Override
        public void onFailed(IOException cause) {
            throw new IllegalStateException(cause);
        }
    }
}
