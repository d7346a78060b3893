package io.fieldwatch.telemetry;

import java.util.List;
import java.util.Set;

/**
 * One thing a kind of device can say.
 *
 * @param number 0 to 63, stable and never reused within its kind: blocks name properties by it
 * @param name as in JSON payloads, for example {@code averageVehicleSpeed}
 * @param unit as shown to people and written into the column's comment; empty for none
 * @param min physically possible minimum, in {@code unit}; -infinity when there is none
 * @param max physically possible maximum, in {@code unit}; +infinity when there is none
 * @param codes the texts of a {@link PropertyType#CODE} property; the index is the stored code, so only ever append
 */
public record Property(
        int number,
        String name,
        PropertyType type,
        String unit,
        double min,
        double max,
        List<String> codes,
        Label label) {

    /** Blocks hold a bit per property in one 64-bit word. */
    public static final int NUMBER_MAX = 63;

    /** Keys of the messages' envelope and columns that every kind's table has. */
    private static final Set<String> RESERVED = Set.of("time", "device", "deviceId", "quality");

    public Property {
        if (number < 0 || number > NUMBER_MAX) {
            throw new IllegalArgumentException("property " + name + ": number " + number + " is not 0 to 63");
        }
        if (!name.matches("[a-z][A-Za-z0-9]{0,40}")) {
            throw new IllegalArgumentException(
                    "property name '" + name + "' must be lowerCamelCase, 41 letters at most");
        }
        if (RESERVED.contains(name)) {
            throw new IllegalArgumentException(
                    "property name '" + name + "' has a meaning of its own in every message or table");
        }
        if (!(min <= max)) {
            throw new IllegalArgumentException("property " + name + ": min " + min + " is above max " + max);
        }
        if ((type == PropertyType.CODE) == codes.isEmpty()) {
            throw new IllegalArgumentException("property " + name + ": texts are listed for type code, and only there");
        }
        codes = List.copyOf(codes);
    }

    /** The SQL column, for example {@code average_vehicle_speed}. */
    public String column() {
        return SqlNames.snakeCase(name);
    }

    /** Whether a value of a number or integer property is physically possible. */
    public boolean possible(double value) {
        return value >= min && value <= max;
    }
}
