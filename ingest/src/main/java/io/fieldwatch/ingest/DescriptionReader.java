package io.fieldwatch.ingest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.RejectReason;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a device says about itself: {@code {"name":"…","area":"Tô Hiệu","lat":21.33,"lon":103.91}}. Every member
 * may be missing or null; a position has both parts or none. One thread.
 */
final class DescriptionReader {

    private static final int TEXT_CHARS_MAX = 200;

    private final Set<String> seen = new HashSet<>();
    private @Nullable String name;
    private @Nullable String area;
    private double lat;
    private double lon;
    private @Nullable RejectReason refusal;
    private String detail = "";

    /** Reads from behind the object's opening brace to its closing one. */
    void read(JsonParser parser) throws IOException {
        seen.clear();
        name = null;
        area = null;
        lat = Double.NaN;
        lon = Double.NaN;
        refusal = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String member = parser.currentName();
            JsonToken value = parser.nextToken();
            if (refusal == null) {
                member(parser, member, value);
            }
            parser.skipChildren();
        }
        if (refusal == null && Double.isNaN(lat) != Double.isNaN(lon)) {
            refuse(RejectReason.WRONG_TYPE, "lat and lon belong together");
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

    /** The description read, of this device; only when there is no refusal. */
    DeviceDefinition of(int number, int kind, String externalId) {
        return new DeviceDefinition(number, kind, externalId, name, area, lat, lon);
    }

    private void member(JsonParser parser, String member, JsonToken value) throws IOException {
        if (!seen.add(member)) {
            refuse(RejectReason.MALFORMED_JSON, DeviceIds.quoted(member) + " is there twice");
            return;
        }
        boolean absent = value == JsonToken.VALUE_NULL;
        switch (member) {
            case "name" -> name = absent ? null : text(parser, member, value);
            case "area" -> area = absent ? null : text(parser, member, value);
            case "lat" -> lat = absent ? Double.NaN : degrees(parser, member, value, 90);
            case "lon" -> lon = absent ? Double.NaN : degrees(parser, member, value, 180);
            default -> refuse(RejectReason.UNKNOWN_PROPERTY, "a description has no " + DeviceIds.quoted(member));
        }
    }

    private @Nullable String text(JsonParser parser, String member, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            String text = parser.getText();
            if (!text.isEmpty() && text.length() <= TEXT_CHARS_MAX && DeviceIds.plain(text)) {
                return text;
            }
        }
        refuse(
                RejectReason.WRONG_TYPE,
                member + " must be a text of 1 to " + TEXT_CHARS_MAX + " characters, none of them a control character");
        return null;
    }

    private double degrees(JsonParser parser, String member, JsonToken value, int max) throws IOException {
        if (value.isNumeric()) {
            double degrees = parser.getDoubleValue();
            if (Math.abs(degrees) <= max) {
                return degrees;
            }
        }
        refuse(RejectReason.WRONG_TYPE, member + " must be a number from -" + max + " to " + max);
        return Double.NaN;
    }

    private void refuse(RejectReason reason, String why) {
        refusal = reason;
        detail = why;
    }
}
