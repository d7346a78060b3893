package io.fieldwatch.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.RejectedInput;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a payload means by another way than the decoder's: strictly decoded text, Jackson's tree of it, and java.time. Of
 * each record in the block it says whether it may be there.
 */
final class JsonTree {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxNumberLength(64)
                            .maxNameLength(256)
                            .maxStringLength(1024)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonMapper STRICT = MAPPER.rebuild()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final long MINUS_ZERO = Double.doubleToRawLongBits(-0.0);
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final byte[] payload;
    private final @Nullable JsonNode root;
    private boolean isRefusedWhole;

    private JsonTree(byte[] payload, @Nullable JsonNode root) {
        this.payload = payload;
        this.root = root;
    }

    static JsonTree of(byte[] payload) {
        return new JsonTree(payload, parse(MAPPER, payload));
    }

    /** The record is the one for the payload's element with that index, of 0 where the payload is no array. */
    void expect(int index, BlockReader block, TopicRoute route) {
        switch (block.type()) {
            case BlockFormat.REJECTED -> expectRefused(index, block.rejected());
            case BlockFormat.OBSERVATION -> expectObservation(Objects.requireNonNull(root), index, block, route);
            case BlockFormat.DEVICE -> expectDescription(Objects.requireNonNull(root), block.definition());
            default -> throw new IllegalStateException("a record of type " + block.type());
        }
    }

    /** So many records are all there must be. */
    void expectAll(int records, TopicRoute route) {
        int elements = root != null && root.isArray() && !route.about() ? root.size() : 0;
        assertThat(records).isEqualTo(isRefusedWhole || elements == 0 ? 1 : elements);
    }

    private void expectRefused(int index, RejectedInput rejected) {
        boolean isWhole = Arrays.equals(rejected.payload(), payload);
        if (root == null) {
            assertThat(isWhole).as("kept whole: " + rejected).isTrue();
            assertThat(rejected.reason()).isEqualTo(RejectReason.MALFORMED_JSON);
            isRefusedWhole = true;
        } else if (isWhole) {
            isRefusedWhole = root.isArray();
            boolean isMalformed = rejected.reason() == RejectReason.MALFORMED_JSON;
            // Well-formed for Jackson: then it must be a doubled name.
            assertThat(isMalformed && parse(STRICT, payload) != null && !beginsOddly())
                    .as(rejected.detail())
                    .isFalse();
        } else {
            assertThat(parse(MAPPER, rejected.payload())).as(rejected.detail()).isEqualTo(root.get(index));
        }
    }

    /** With a byte order mark, which a reader may also refuse. */
    private boolean beginsOddly() {
        return payload.length > 0 && payload[0] == (byte) 0xEF;
    }

    private static void expectObservation(JsonNode root, int index, BlockReader block, TopicRoute route) {
        JsonNode object = root.isArray() ? root.get(index) : root;
        assertThat(object.isObject()).isTrue();
        Kind kind = Objects.requireNonNull(route.kind());
        assertThat(block.kind()).isEqualTo(kind.number());
        int values = 0;
        for (var member : object.properties()) {
            JsonNode value = member.getValue();
            if (value.isNull() || Set.of("time", "device").contains(member.getKey())) {
                continue;
            }
            Property property = Objects.requireNonNull(kind.propertyOrNull(member.getKey()));
            assertThat(block.has(property.number())).as(property.name()).isTrue();
            assertThat(withoutMinusZero(block.bits(property.number())))
                    .as(property.name())
                    .isEqualTo(withoutMinusZero(bits(property, value)));
            values++;
        }
        assertThat(Long.bitCount(block.present())).isEqualTo(values).isPositive();
        expectTime(object.path("time"), block.timeMicros());
        JsonNode device = object.path("device");
        assertThat(route.device() != null || device.isTextual()).isTrue();
    }

    private static long bits(Property property, JsonNode value) {
        return switch (property.type()) {
            case NUMBER -> {
                assertThat(value.isNumber()).isTrue();
                yield Double.doubleToRawLongBits(Double.parseDouble(value.asText()));
            }
            case INTEGER -> {
                assertThat(value.isNumber()).isTrue();
                yield new BigDecimal(value.asText()).longValueExact();
            }
            case BOOLEAN -> {
                assertThat(value.isBoolean()).isTrue();
                yield value.booleanValue() ? 1 : 0;
            }
            case CODE -> {
                assertThat(value.isTextual()).isTrue();
                yield property.codes().indexOf(value.textValue());
            }
        };
    }

    /** {@code -0} is no minus zero in the tree. */
    private static long withoutMinusZero(long bits) {
        return bits == MINUS_ZERO ? 0 : bits;
    }

    private static void expectTime(JsonNode time, long micros) {
        assertThat(time.isTextual() || time.isNumber() || time.isNull() || time.isMissingNode())
                .isTrue();
        if (time.isTextual()) {
            @Nullable Instant instant = instant(time.textValue());
            if (instant != null) {
                assertThat(micros).isEqualTo(ChronoUnit.MICROS.between(Instant.EPOCH, instant));
            }
        } else if (time.isNumber()) {
            double expected = new BigDecimal(time.asText()).movePointRight(3).doubleValue();
            assertThat((double) micros).isBetween(expected - 500, expected + 500);
        } else {
            assertThat(micros).isBetween(PayloadFuzzTest.NOW, PayloadFuzzTest.NOW + 1_000_000);
        }
    }

    /** Null for the few forms that RFC 3339 has and java.time has not. */
    private static @Nullable Instant instant(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static void expectDescription(JsonNode root, DeviceDefinition description) {
        assertThat(root.isObject()).isTrue();
        assertThat(description.name()).isEqualTo(textOrNull(root.path("name")));
        assertThat(description.area()).isEqualTo(textOrNull(root.path("area")));
        assertThat(Double.valueOf(description.lat())).isEqualTo(numberOrNaN(root.path("lat")));
        assertThat(Double.valueOf(description.lon())).isEqualTo(numberOrNaN(root.path("lon")));
    }

    private static @Nullable String textOrNull(JsonNode node) {
        return node.isTextual() ? node.textValue() : null;
    }

    private static Double numberOrNaN(JsonNode node) {
        return node.isNumber() ? Double.parseDouble(node.asText()) : Double.NaN;
    }

    /** Null for what is no JSON in well-formed UTF-8. */
    private static @Nullable JsonNode parse(JsonMapper mapper, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            // RFC 8259 lets a reader pass over it.
            JsonNode node = mapper.readTree(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
            return node == null || node instanceof MissingNode ? null : node;
        } catch (CharacterCodingException | JsonProcessingException e) {
            return null;
        }
    }
}
