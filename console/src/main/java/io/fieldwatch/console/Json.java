package io.fieldwatch.console;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fieldwatch.telemetry.Label;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Writes JSON without a tree in between. */
final class Json {

    private static final JsonFactory FACTORY = new JsonFactory();

    /** Writes one JSON value. */
    @FunctionalInterface
    interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    private Json() {}

    static Buffer of(Content content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(out.toByteArray());
    }

    /** RFC 3339 in UTC; null for 0, which means not yet. */
    static void time(JsonGenerator json, String field, long micros) throws IOException {
        text(
                json,
                field,
                micros == 0
                        ? null
                        : Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString());
    }

    static void text(JsonGenerator json, String field, @Nullable String text) throws IOException {
        if (text == null) {
            json.writeNullField(field);
        } else {
            json.writeStringField(field, text);
        }
    }

    static void label(JsonGenerator json, String field, Label label) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeStringField("vi", label.vi());
        json.writeStringField("en", label.en());
        json.writeEndObject();
    }

    /** JSON knows no NaN and no infinity: null stands for them. */
    static void number(JsonGenerator json, String field, double value) throws IOException {
        json.writeFieldName(field);
        number(json, value);
    }

    static void number(JsonGenerator json, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeNull();
        }
    }
}
