package io.fieldwatch.ingest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.Quality;
import io.fieldwatch.telemetry.RejectReason;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object into the observation that a {@link BlockWriter} has begun. The first thing that is wrong is kept
 * as the {@link #refusal}; the object is read to its end all the same, because what follows it may be good. One thread.
 */
final class ObjectReader {

    private static final long NO_TIME = Long.MIN_VALUE;
    /** More than any date-time has. */
    private static final int TIME_CHARS_MAX = 64;

    private static final double EPOCH_MILLIS_MAX = 1e15;

    private final TimeRules times;
    private final byte[] timeText = new byte[TIME_CHARS_MAX];
    private @Nullable String device;
    private long timeMicros;
    private int quality;
    private long seen;
    private boolean seenTime;
    private boolean seenDevice;

    private @Nullable RejectReason refusal;
    private String detail = "";

    ObjectReader(TimeRules times) {
        this.times = times;
    }

    /** Reads from behind the object's opening brace to its closing one. */
    void read(JsonParser parser, TopicRoute route, long arrivalMicros, BlockWriter block) throws IOException {
        Kind kind = Objects.requireNonNull(route.kind());
        device = route.device();
        timeMicros = NO_TIME;
        quality = Quality.GOOD;
        seen = 0;
        seenTime = false;
        seenDevice = false;
        refusal = null;
        block.begin(kind.number(), 0);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (refusal == null) {
                member(parser, name, value, kind, block);
            }
            parser.skipChildren();
        }
        if (refusal == null) {
            finish(arrivalMicros, block);
        }
    }

    /** What is wrong with the object read, or null. */
    @Nullable
    RejectReason refusal() {
        return refusal;
    }

    String detail() {
        return detail;
    }

    /** Whose observation it is; only when there is no refusal. */
    String device() {
        return Objects.requireNonNull(device);
    }

    long timeMicros() {
        return timeMicros;
    }

    int quality() {
        return quality;
    }

    private void member(JsonParser parser, String name, JsonToken value, Kind kind, BlockWriter block)
            throws IOException {
        switch (name) {
            case "time" -> {
                if (seenTime) {
                    refuseDoubled(name);
                }
                seenTime = true;
                if (refusal == null && value != JsonToken.VALUE_NULL) {
                    time(parser, value);
                }
            }
            case "device" -> {
                if (seenDevice) {
                    refuseDoubled(name);
                }
                seenDevice = true;
                if (refusal == null && value != JsonToken.VALUE_NULL) {
                    device(parser, value);
                }
            }
            default -> {
                @Nullable Property property = kind.propertyOrNull(name);
                if (property == null) {
                    refuse(RejectReason.UNKNOWN_PROPERTY, kind.name() + " has no " + DeviceIds.quoted(name));
                } else if ((seen & 1L << property.number()) != 0) {
                    refuseDoubled(name);
                } else {
                    seen |= 1L << property.number();
                    if (value != JsonToken.VALUE_NULL) {
                        value(parser, value, property, block);
                    }
                }
            }
        }
    }

    private void time(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            timeMicros = time(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
        } else if (value == JsonToken.VALUE_NUMBER_INT || value == JsonToken.VALUE_NUMBER_FLOAT) {
            double millis = parser.getDoubleValue();
            if (Math.abs(millis) <= EPOCH_MILLIS_MAX) {
                // Rounded: 1763881200000.123 has no exact double, and the nearest one may lie below.
                timeMicros =
                        value == JsonToken.VALUE_NUMBER_INT ? parser.getLongValue() * 1000 : Math.round(millis * 1000);
            }
        }
        if (timeMicros == NO_TIME) {
            String text = value.isScalarValue() ? DeviceIds.quoted(parser.getText()) : "the value";
            refuse(RejectReason.BAD_TIME, text + " is neither RFC 3339 nor epoch milliseconds");
        }
    }

    private long time(char[] text, int from, int length) {
        if (length > TIME_CHARS_MAX) {
            return NO_TIME;
        }
        for (int i = 0; i < length; i++) {
            char c = text[from + i];
            timeText[i] = (byte) (c < 0x80 ? c : '?');
        }
        return Rfc3339.micros(timeText, 0, length);
    }

    private void device(JsonParser parser, JsonToken value) throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            refuse(RejectReason.BAD_DEVICE_ID, "device must be a text");
            return;
        }
        String named = parser.getText();
        if (device != null && !device.equals(named)) {
            refuse(RejectReason.BAD_DEVICE_ID, DeviceIds.quoted(named) + " is not the topic's device");
        } else if (!DeviceIds.valid(named)) {
            refuse(RejectReason.BAD_DEVICE_ID, "device " + DeviceIds.quoted(named));
        }
        device = named;
    }

    private void value(JsonParser parser, JsonToken value, Property property, BlockWriter block) throws IOException {
        boolean right = switch (property.type()) {
            case NUMBER -> number(parser, value, property, block);
            case INTEGER -> integer(parser, value, property, block);
            case BOOLEAN -> {
                block.setBoolean(property.number(), value == JsonToken.VALUE_TRUE);
                yield value.isBoolean();
            }
            case CODE -> {
                int code = value == JsonToken.VALUE_STRING ? property.codes().indexOf(parser.getText()) : -1;
                block.setCode(property.number(), Math.max(0, code));
                yield code >= 0;
            }
        };
        if (!right) {
            String text = value.isScalarValue() ? DeviceIds.quoted(parser.getText()) : "the value";
            refuse(RejectReason.WRONG_TYPE, property.name() + ": " + text + " is no " + wanted(property));
        }
    }

    private boolean number(JsonParser parser, JsonToken value, Property property, BlockWriter block)
            throws IOException {
        if (!value.isNumeric()) {
            return false;
        }
        double number = parser.getDoubleValue();
        checkRange(property, number);
        block.setNumber(property.number(), number);
        return Double.isFinite(number);
    }

    private boolean integer(JsonParser parser, JsonToken value, Property property, BlockWriter block)
            throws IOException {
        long integer;
        if (value == JsonToken.VALUE_NUMBER_INT) {
            if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                return false;
            }
            integer = parser.getLongValue();
        } else if (value == JsonToken.VALUE_NUMBER_FLOAT) {
            double decimal = parser.getDoubleValue();
            integer = (long) decimal;
            if (integer != decimal || Math.abs(decimal) > 1L << 53) {
                return false;
            }
        } else {
            return false;
        }
        checkRange(property, (double) integer);
        block.setInteger(property.number(), integer);
        return true;
    }

    private void checkRange(Property property, double number) {
        if (!property.possible(number)) {
            quality |= Quality.OUT_OF_RANGE;
        }
    }

    private void finish(long arrivalMicros, BlockWriter block) {
        if (device == null) {
            refuse(RejectReason.BAD_DEVICE_ID, "the object does not name its device");
        } else if (block.propertyCount() == 0) {
            refuse(RejectReason.EMPTY_OBSERVATION, "no property has a value");
        } else if (timeMicros == NO_TIME) {
            timeMicros = times.stamp(arrivalMicros);
            quality |= Quality.TIME_FROM_ARRIVAL;
        } else if (times.tooFarAhead(timeMicros, arrivalMicros)) {
            refuse(RejectReason.TIME_IN_FUTURE, (timeMicros - arrivalMicros) / 1_000_000 + " s ahead");
        } else if (times.tooOld(timeMicros, arrivalMicros)) {
            refuse(RejectReason.TIME_TOO_OLD, (arrivalMicros - timeMicros) / 1_000_000 + " s old");
        } else if (times.ahead(timeMicros, arrivalMicros)) {
            quality |= Quality.CLOCK_AHEAD;
        }
    }

    private void refuseDoubled(String name) {
        refuse(RejectReason.MALFORMED_JSON, DeviceIds.quoted(name) + " is there twice");
    }

    private void refuse(RejectReason reason, String why) {
        refusal = reason;
        detail = why;
    }

    private static String wanted(Property property) {
        return switch (property.type()) {
            case NUMBER -> "finite number";
            case INTEGER -> "whole number of 64 bits";
            case BOOLEAN -> "true or false";
            case CODE -> "one of " + String.join(", ", property.codes());
        };
    }
}
