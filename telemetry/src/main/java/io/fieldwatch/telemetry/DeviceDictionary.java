package io.fieldwatch.telemetry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Device numbers and what they stand for, as far as one reader of the log has come. Not thread-safe: each reader keeps
 * its own.
 */
public final class DeviceDictionary {

    private final List<@Nullable DeviceDefinition> byNumber = new ArrayList<>();
    private final Map<Identity, DeviceDefinition> byIdentity = new HashMap<>();

    private record Identity(int kind, String externalId) {}

    /**
     * Takes a definition in.
     *
     * @return whether anything is new
     * @throws IllegalStateException when the number already stands for another device: the log is damaged
     */
    public boolean define(DeviceDefinition definition) {
        DeviceDefinition known = find(definition.number());
        if (known != null) {
            if (known.kind() != definition.kind() || !known.externalId().equals(definition.externalId())) {
                throw new IllegalStateException(
                        "device number " + definition.number() + " stands for " + known + " and now for " + definition);
            }
            if (!definition.described() || definition.equals(known)) {
                return false;
            }
        }
        while (byNumber.size() <= definition.number()) {
            byNumber.add(null);
        }
        byNumber.set(definition.number(), definition);
        byIdentity.put(new Identity(definition.kind(), definition.externalId()), definition);
        return true;
    }

    public @Nullable DeviceDefinition find(int number) {
        return number < byNumber.size() ? byNumber.get(number) : null;
    }

    public @Nullable DeviceDefinition find(int kind, String externalId) {
        return byIdentity.get(new Identity(kind, externalId));
    }

    /** One more than the highest number defined. */
    public int size() {
        return byNumber.size();
    }

    public List<DeviceDefinition> all() {
        List<DeviceDefinition> all = new ArrayList<>(byNumber.size());
        for (DeviceDefinition definition : byNumber) {
            if (definition != null) {
                all.add(definition);
            }
        }
        return all;
    }
}
