package io.fieldwatch.console;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fieldwatch.alerts.Alert;
import io.fieldwatch.alerts.AlertEvent;
import java.io.IOException;
import java.util.Collection;

/** Alerts and their transitions as the API gives them; {@code openapi.yaml} describes the fields. */
final class AlertJson {

    private AlertJson() {}

    static void list(JsonGenerator json, Collection<Alert> alerts, int total) throws IOException {
        json.writeStartObject();
        json.writeNumberField("total", total);
        json.writeArrayFieldStart("alerts");
        for (Alert alert : alerts) {
            alert(json, alert);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    static void event(JsonGenerator json, AlertEvent event) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", event.id());
        json.writeStringField("type", event.type().name());
        Json.time(json, "time", event.timeMicros());
        Json.text(json, "user", event.user());
        Json.text(json, "note", event.note());
        json.writeFieldName("alert");
        alert(json, event.alert());
        json.writeEndObject();
    }

    static void alert(JsonGenerator json, Alert alert) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", alert.id());
        json.writeNumberField("version", alert.version());
        json.writeStringField("rule", alert.ruleId());
        json.writeStringField("priority", alert.priority().name());
        Json.label(json, "priorityLabel", alert.priority().label());
        json.writeStringField("state", alert.state().name());
        Json.label(json, "stateLabel", alert.state().label());
        json.writeBooleanField("open", alert.state().open());
        Json.label(json, "message", alert.message());
        device(json, alert);
        json.writeStringField("property", alert.property());
        Json.number(json, "value", alert.value());
        Json.number(json, "limit", alert.limit());
        json.writeStringField("unit", alert.unit());
        Json.time(json, "raisedAt", alert.raisedMicros());
        Json.time(json, "acknowledgedAt", alert.acknowledgedMicros());
        Json.text(json, "acknowledgedBy", alert.acknowledgedBy());
        Json.time(json, "clearedAt", alert.clearedMicros());
        json.writeEndObject();
    }

    private static void device(JsonGenerator json, Alert alert) throws IOException {
        json.writeObjectFieldStart("device");
        json.writeNumberField("number", alert.deviceNumber());
        json.writeStringField("kind", alert.kind());
        json.writeStringField("externalId", alert.externalId());
        Json.text(json, "name", alert.deviceName());
        Json.text(json, "area", alert.area());
        Json.number(json, "lat", alert.lat());
        Json.number(json, "lon", alert.lon());
        json.writeEndObject();
    }
}
