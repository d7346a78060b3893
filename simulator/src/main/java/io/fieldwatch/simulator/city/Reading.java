package io.fieldwatch.simulator.city;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import java.io.IOException;
import java.util.Arrays;

/** The values of one observation while it is put together; reused. Not thread-safe. */
final class Reading {

    private static final double[] POWERS = {1, 10, 100, 1000, 10_000, 100_000};

    private final Kind kind;
    /** By property number; booleans as 0 and 1, codes as their index, NaN for not set. */
    private final double[] values = new double[Property.NUMBER_MAX + 1];

    Reading(Kind kind) {
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    void clear() {
        Arrays.fill(values, Double.NaN);
    }

    /** As precise as such a device is: rounded to {@code decimals}. Later values replace earlier ones. */
    void number(String property, double value, int decimals) {
        double power = POWERS[decimals];
        // + 0.0 turns -0.0 into 0.0
        values[find(property, PropertyType.NUMBER)] = StrictMath.rint(value * power) / power + 0.0;
    }

    void integer(String property, double value) {
        values[find(property, PropertyType.INTEGER)] = StrictMath.rint(value);
    }

    void flag(String property, boolean value) {
        values[find(property, PropertyType.BOOLEAN)] = value ? 1 : 0;
    }

    void code(String property, String text) {
        int number = find(property, PropertyType.CODE);
        Property found = kind.propertyOrNull(number);
        int code = found == null ? -1 : found.codes().indexOf(text);
        if (code < 0) {
            throw new IllegalStateException(kind + "." + property + " has no text " + text);
        }
        values[number] = code;
    }

    void writeTo(JsonGenerator json) throws IOException {
        for (Property property : kind.properties()) {
            double value = values[property.number()];
            if (Double.isNaN(value)) {
                continue;
            }
            json.writeFieldName(property.name());
            switch (property.type()) {
                case NUMBER -> json.writeNumber(value);
                case INTEGER -> json.writeNumber((long) value);
                case BOOLEAN -> json.writeBoolean(value != 0);
                case CODE -> json.writeString(property.codes().get((int) value));
            }
        }
    }

    private int find(String name, PropertyType type) {
        Property property = kind.propertyOrNull(name);
        if (property == null || property.type() != type) {
            throw new IllegalStateException("the catalogue has no " + kind + "." + name + " of type " + type);
        }
        return property.number();
    }
}
