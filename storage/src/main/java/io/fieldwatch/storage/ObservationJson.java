package io.fieldwatch.storage;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import java.nio.charset.StandardCharsets;

/** An observation as a device would send it, for the quarantine. */
final class ObservationJson {

    private ObservationJson() {}

    /** A row that was encoded; see {@link CopyEncoder}. */
    static byte[] ofRow(KindRows rows, int index) {
        StringBuilder json = begin(rows.timeMicros(index));
        byte[] bytes = rows.encoder().bytes();
        int at = rows.offset(index) + CopyEncoder.DEVICE_AT + 4;
        for (Property property : rows.kind().properties()) {
            int length = (int) CopyEncoder.INTS.get(bytes, at);
            at += 4;
            if (length >= 0) {
                key(json, property.name());
                switch (property.type()) {
                    case NUMBER -> number(json, Double.longBitsToDouble((long) CopyEncoder.LONGS.get(bytes, at)));
                    case INTEGER -> json.append((long) CopyEncoder.LONGS.get(bytes, at));
                    case BOOLEAN -> json.append(bytes[at] != 0);
                    case CODE -> text(json, new String(bytes, at, length, StandardCharsets.UTF_8));
                }
                at += length;
            }
        }
        return end(json);
    }

    /**
     * The observation that the reader stands on, although the catalogue does not know all of it.
     *
     * @param known null when not even the kind is known; what has no name goes by {@code property-NUMBER}, its eight
     *     bytes as an integer
     */
    static byte[] ofUnknown(@org.jspecify.annotations.Nullable Kind known, BlockReader observation) {
        StringBuilder json = begin(observation.timeMicros());
        for (long left = observation.present(); left != 0; left &= left - 1) {
            int number = Long.numberOfTrailingZeros(left);
            Property property = known == null ? null : known.propertyOrNull(number);
            long bits = observation.bits(number);
            key(json, property == null ? "property-" + number : property.name());
            if (property == null) {
                json.append(bits);
                continue;
            }
            switch (property.type()) {
                case NUMBER -> number(json, Double.longBitsToDouble(bits));
                case INTEGER -> json.append(bits);
                case BOOLEAN -> json.append(bits != 0);
                case CODE -> {
                    if (bits >= 0 && bits < property.codes().size()) {
                        text(json, property.codes().get((int) bits));
                    } else {
                        json.append(bits);
                    }
                }
            }
        }
        return end(json);
    }

    private static StringBuilder begin(long timeMicros) {
        return new StringBuilder(128)
                .append("{\"time\":\"")
                .append(Sql.time(timeMicros).toInstant())
                .append('"');
    }

    private static byte[] end(StringBuilder json) {
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void key(StringBuilder json, String name) {
        json.append(',');
        text(json, name);
        json.append(':');
    }

    /** JSON has no word for infinities and NaN; as text they can at least be read. */
    private static void number(StringBuilder json, double value) {
        if (Double.isFinite(value)) {
            json.append(value);
        } else {
            text(json, Double.toString(value));
        }
    }

    private static void text(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
