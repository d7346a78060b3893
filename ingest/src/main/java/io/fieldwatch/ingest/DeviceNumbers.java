package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The log's number of every device, given at first sight and never again. Thread-safe. A process has exactly one of
 * these for each log it writes: two would give one number to two devices.
 *
 * <p>A number is only a claim until a DEVICE record with it is in the log. Builders seal independently, so each one
 * defines a number itself before it first uses it; see {@link ObservationDecoder}.
 */
public final class DeviceNumbers {

    private final Map<Integer, Map<String, Integer>> byKind = new ConcurrentHashMap<>();
    private final BitSet durable = new BitSet();
    private final int devicesMax;
    private int next;

    /**
     * @param durable what is on stable storage: {@code ObservationLog.devices()} before anything new is appended
     */
    public DeviceNumbers(DeviceDictionary durable, int devicesMax) {
        this.devicesMax = devicesMax;
        for (DeviceDefinition device : durable.all()) {
            ofKind(device.kind()).put(device.externalId(), device.number());
            this.durable.set(device.number());
        }
        next = durable.size();
    }

    /**
     * @param externalId as {@link DeviceIds} allows it
     * @return the device's number, or -1 when it is new and there is no room for more
     */
    int number(int kind, String externalId) {
        Map<String, Integer> numbers = ofKind(kind);
        @Nullable Integer known = numbers.get(externalId);
        return known != null ? known : assign(numbers, externalId);
    }

    /** Numbers that were defined on stable storage when this process began; a copy. */
    BitSet durable() {
        return (BitSet) durable.clone();
    }

    private synchronized int assign(Map<String, Integer> numbers, String externalId) {
        @Nullable Integer known = numbers.get(externalId);
        if (known != null) {
            return known;
        }
        if (next >= devicesMax) {
            return -1;
        }
        numbers.put(externalId, next);
        return next++;
    }

    private Map<String, Integer> ofKind(int kind) {
        return byKind.computeIfAbsent(kind, number -> new ConcurrentHashMap<>());
    }
}
