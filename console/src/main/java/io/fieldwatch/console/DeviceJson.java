package io.fieldwatch.console;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fieldwatch.storage.Series;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import io.fieldwatch.telemetry.Quality;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Devices, kinds and series as the API gives them; {@code openapi.yaml} describes the fields. */
final class DeviceJson {

    private DeviceJson() {}

    /** Everything about a device. */
    static void device(JsonGenerator json, LiveDevice device, Set<Integer> inAlert) throws IOException {
        DeviceDefinition definition = device.definition();
        json.writeStartObject();
        json.writeNumberField("id", definition.number());
        json.writeStringField("kind", device.kind().name());
        json.writeStringField("externalId", definition.externalId());
        Json.text(json, "name", definition.name());
        Json.text(json, "area", definition.area());
        Json.number(json, "lat", definition.lat());
        Json.number(json, "lon", definition.lon());
        last(json, device);
        Json.time(json, "offlineSince", device.offlineMillis() * 1000);
        json.writeStringField("state", state(device, inAlert));
        json.writeArrayFieldStart("values");
        for (LiveDevice.Value value : device.values()) {
            json.writeStartObject();
            json.writeStringField("property", value.property().name());
            json.writeFieldName("value");
            value(json, value);
            json.writeStringField("unit", value.property().unit());
            Json.time(json, "time", value.timeMicros());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** What changed, for those who know the device already. */
    static void changes(JsonGenerator json, List<LiveDevice> devices) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("devices");
        for (LiveDevice device : devices) {
            json.writeStartObject();
            json.writeNumberField("id", device.definition().number());
            last(json, device);
            json.writeObjectFieldStart("values");
            for (LiveDevice.Value value : device.values()) {
                json.writeFieldName(value.property().name());
                value(json, value);
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void last(JsonGenerator json, LiveDevice device) throws IOException {
        Json.time(json, "time", device.timeMicros());
        Json.time(json, "seenAt", device.seenMillis() * 1000);
        json.writeNumberField("quality", device.quality());
        json.writeBooleanField("suspect", Quality.suspect(device.quality()));
    }

    private static String state(LiveDevice device, Set<Integer> inAlert) {
        if (inAlert.contains(device.definition().number())) {
            return "alert";
        }
        return device.silent() ? "silent" : "ok";
    }

    private static void value(JsonGenerator json, LiveDevice.Value value) throws IOException {
        Property property = value.property();
        switch (property.type()) {
            case NUMBER -> Json.number(json, Double.longBitsToDouble(value.bits()));
            case INTEGER -> json.writeNumber(value.bits());
            case BOOLEAN -> json.writeBoolean(value.bits() != 0);
            case CODE -> {
                // A log written under a newer catalogue may hold a code this one does not list.
                boolean known =
                        value.bits() >= 0 && value.bits() < property.codes().size();
                if (known) {
                    json.writeString(property.codes().get((int) value.bits()));
                } else {
                    json.writeNull();
                }
            }
        }
    }

    static void kinds(JsonGenerator json, List<Kind> kinds) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("kinds");
        for (Kind kind : kinds) {
            json.writeStartObject();
            json.writeStringField("name", kind.name());
            json.writeStringField("model", kind.model());
            Json.label(json, "label", kind.label());
            json.writeNumberField(
                    "expectedIntervalMillis", kind.expectedInterval().toMillis());
            json.writeNumberField("silentAfterMillis", LiveDevices.silentAfterMillis(kind));
            json.writeArrayFieldStart("properties");
            for (Property property : kind.properties()) {
                property(json, property);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void property(JsonGenerator json, Property property) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", property.name());
        json.writeStringField("type", property.type().name().toLowerCase(Locale.ROOT));
        json.writeStringField("unit", property.unit());
        Json.number(json, "min", property.min());
        Json.number(json, "max", property.max());
        if (property.type() == PropertyType.CODE) {
            json.writeArrayFieldStart("codes");
            for (String code : property.codes()) {
                json.writeString(code);
            }
            json.writeEndArray();
        }
        Json.label(json, "label", property.label());
        json.writeEndObject();
    }

    static void series(JsonGenerator json, SeriesRequest request, Series series) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", request.kind().name());
        json.writeStringField("device", request.externalId());
        json.writeStringField("property", request.property().name());
        json.writeStringField("unit", request.property().unit());
        json.writeStringField("from", request.from().toString());
        json.writeStringField("to", request.to().toString());
        json.writeNumberField("everyMillis", request.every().toMillis());
        json.writeFieldName("times");
        json.writeArray(series.timesMillis(), 0, series.timesMillis().length);
        json.writeArrayFieldStart("values");
        for (double value : series.values()) {
            Json.number(json, value);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
