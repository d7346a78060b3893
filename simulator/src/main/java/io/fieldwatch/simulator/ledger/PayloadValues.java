package io.fieldwatch.simulator.ledger;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads a published payload's values and compares them with what is stored. Not thread-safe. */
final class PayloadValues {

    private final JsonFactory jsonFactory = new JsonFactory();

    /**
     * The values in the order of the kind's properties: booleans as 0 and 1, codes as their index, NaN for none.
     *
     * @throws IOException when the payload is not what this catalogue's devices say
     */
    double[] parse(Kind kind, String payload) throws IOException {
        double[] row = new double[kind.properties().size()];
        Arrays.fill(row, Double.NaN);
        try (JsonParser json = jsonFactory.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not an object: " + payload);
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("time")) {
                    continue;
                }
                Property property = kind.propertyOrNull(name);
                if (property == null) {
                    throw new IOException("the catalogue has no " + kind + "." + name);
                }
                row[kind.properties().indexOf(property)] = value(property, json);
            }
        }
        return row;
    }

    /** Whether the stored value is the published one; numbers are compared as doubles. */
    static boolean equal(Property property, double published, @Nullable Object stored) {
        if (stored == null) {
            return Double.isNaN(published);
        }
        return switch (property.type()) {
            case NUMBER, INTEGER -> stored instanceof Number number && number.doubleValue() == published;
            case BOOLEAN -> stored instanceof Boolean flag && (flag ? 1 : 0) == published;
            case CODE -> stored instanceof String text && property.codes().indexOf(text) == published;
        };
    }

    private static double value(Property property, JsonParser json) throws IOException {
        return switch (property.type()) {
            case NUMBER, INTEGER -> json.getDoubleValue();
            case BOOLEAN -> json.getBooleanValue() ? 1 : 0;
            case CODE -> {
                int code = property.codes().indexOf(json.getText());
                if (code < 0) {
                    throw new IOException(property.name() + " has no text " + json.getText());
                }
                yield code;
            }
        };
    }
}
