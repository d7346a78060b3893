package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.DeviceOffline;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import io.fieldwatch.telemetry.RejectedInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What blocks say, as objects for assertions. Fails when an observation has a device number that no record before it
 * defines.
 */
public final class Records {

    private static final Catalogue CATALOGUE = Catalogue.builtIn();

    /** One observation with its values by name. */
    public record Observation(String device, long timeMicros, int quality, Map<String, Object> values) {}

    public final List<Observation> observations = new ArrayList<>();
    public final List<RejectedInput> rejected = new ArrayList<>();
    public final List<DeviceOffline> offline = new ArrayList<>();
    public final List<DeviceDefinition> definitions = new ArrayList<>();

    private final DeviceDictionary devices = new DeviceDictionary();

    public static Records of(LogReader reader) throws IOException, InterruptedException {
        Records records = new Records();
        while (reader.next(0)) {
            records.add(reader.block());
        }
        return records;
    }

    static Records of(ByteBuffer sealed) {
        Records records = new Records();
        records.add(new BlockReader().wrap(sealed));
        return records;
    }

    void add(BlockReader block) {
        while (block.next()) {
            switch (block.type()) {
                case BlockFormat.OBSERVATION -> observations.add(observation(block));
                case BlockFormat.DEVICE -> {
                    definitions.add(block.definition());
                    devices.define(block.definition());
                }
                case BlockFormat.REJECTED -> rejected.add(block.rejected());
                case BlockFormat.OFFLINE -> offline.add(block.offline());
                default -> throw new IllegalStateException("a record of type " + block.type());
            }
        }
    }

    private Observation observation(BlockReader block) {
        DeviceDefinition device = devices.find(block.device());
        if (device == null || device.kind() != block.kind()) {
            throw new IllegalStateException("device number " + block.device() + " is used before it is defined");
        }
        Kind kind = Objects.requireNonNull(CATALOGUE.kindOrNull(block.kind()));
        Map<String, Object> values = new TreeMap<>();
        for (Property property : kind.properties()) {
            if (block.has(property.number())) {
                values.put(property.name(), value(block, property));
            }
        }
        return new Observation(device.externalId(), block.timeMicros(), block.quality(), values);
    }

    private static Object value(BlockReader block, Property property) {
        long bits = block.bits(property.number());
        return property.type() == PropertyType.NUMBER
                ? (Object) block.number(property.number())
                : switch (property.type()) {
                    case BOOLEAN -> bits == 1;
                    case CODE -> property.codes().get((int) bits);
                    default -> bits;
                };
    }
}
