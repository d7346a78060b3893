package io.fieldwatch.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.ingest.Records.Observation;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.Quality;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.RejectedInput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObservationDecoderTest {

    private static final long NOW = Instant.parse("2026-11-23T07:00:00Z").toEpochMilli() * 1000;
    private static final String TOPIC = "fieldwatch/v1/traffic-flow/cam-1";
    private static final String GATEWAY = "fieldwatch/v1/traffic-flow";

    private final Catalogue catalogue = Catalogue.builtIn();
    private final DeviceNumbers numbers = new DeviceNumbers(new DeviceDictionary(), 100);
    private final ObservationDecoder decoder = new ObservationDecoder(numbers, IngestConfig.standard());
    private final BlockWriter writer = new BlockWriter();

    @Test
    void readsEveryTypeOfProperty() {
        Records records = decode(
                TOPIC,
                "{\"time\":\"2026-11-23T06:59:59.250Z\",\"intensity\":12,\"averageVehicleSpeed\":38.5,"
                        + "\"congested\":false,\"laneId\":2,\"laneDirection\":\"backward\",\"occupancy\":null}");
        assertThat(records.rejected).isEmpty();
        assertThat(records.observations)
                .containsExactly(new Observation(
                        "cam-1",
                        NOW - 750_000,
                        Quality.GOOD,
                        Map.of(
                                "intensity",
                                12.0,
                                "averageVehicleSpeed",
                                38.5,
                                "congested",
                                false,
                                "laneId",
                                2L,
                                "laneDirection",
                                "backward")));
        assertThat(decoder.accepted()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"2026-11-23T13:59:58.5+07:00\" | -1500000",
                "\"2026-11-23T06:59:59.999999999Z\" | -1",
                "1795417199750 | -250000",
                "1795417199750.125 | -249875",
                "1.79541719975e12 | -250000"
            })
    void readsEveryFormOfTime(String time, long microsFromNow) {
        Records records = decode(TOPIC, "{\"intensity\":1,\"time\":" + time + "}");
        assertThat(records.rejected).isEmpty();
        assertThat(records.observations.get(0).timeMicros() - NOW).isEqualTo(microsFromNow);
        assertThat(records.observations.get(0).quality()).isEqualTo(Quality.GOOD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"intensity\":1}", "{\"time\":null,\"intensity\":1}"})
    void takesTheArrivalWhereNoTimeIsSent(String payload) {
        Observation observation = decode(TOPIC, payload).observations.get(0);
        assertThat(observation.timeMicros()).isEqualTo(NOW);
        assertThat(observation.quality()).isEqualTo(Quality.TIME_FROM_ARRIVAL);
    }

    @Test
    void givesEachObservationWithoutTimeItsOwnMicrosecond() {
        Records records = decode(TOPIC, "[{\"intensity\":1},{\"intensity\":2},{\"intensity\":3}]");
        assertThat(records.observations).extracting(Observation::timeMicros).containsExactly(NOW, NOW + 1, NOW + 2);
    }

    @Test
    void storesAndFlagsWhatIsPhysicallyImpossible() {
        Observation observation = decode(TOPIC, "{\"time\":1795417200000,\"occupancy\":1.5,\"laneId\":0}")
                .observations
                .get(0);
        assertThat(observation.quality()).isEqualTo(Quality.OUT_OF_RANGE);
        assertThat(observation.values()).containsEntry("occupancy", 1.5).containsEntry("laneId", 0L);
    }

    @Test
    void flagsAClockThatIsAhead() {
        Observation observation = decode(TOPIC, "{\"time\":\"2026-11-23T07:05:00Z\",\"intensity\":1}")
                .observations
                .get(0);
        assertThat(observation.quality()).isEqualTo(Quality.CLOCK_AHEAD);
    }

    @Test
    void takesDecimalsWithoutFractionForIntegers() {
        Records records = decode(TOPIC, "[{\"laneId\":3.0},{\"laneId\":1e1}]");
        assertThat(records.observations)
                .extracting(o -> o.values().get("laneId"))
                .containsExactly(3L, 10L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UNKNOWN_TOPIC | spBv1.0/x/y | {\"intensity\":1}",
                "UNKNOWN_TOPIC | fieldwatch/v1/traffic-flow/a/b/c | {\"intensity\":1}",
                "UNKNOWN_TOPIC | fieldwatch/v1/traffic-flow/a/b/about | {}",
                "UNKNOWN_KIND | fieldwatch/v1/teapot/x | {\"intensity\":1}",
                "BAD_DEVICE_ID | fieldwatch/v1/traffic-flow/ | {\"intensity\":1}",
                "BAD_DEVICE_ID | fieldwatch/v1/traffic-flow/cam-1 | {\"device\":\"cam-2\",\"intensity\":1}",
                "BAD_DEVICE_ID | fieldwatch/v1/traffic-flow/cam-1 | {\"device\":7,\"intensity\":1}",
                "BAD_DEVICE_ID | fieldwatch/v1/traffic-flow | {\"intensity\":1}",
                "BAD_DEVICE_ID | fieldwatch/v1/traffic-flow | {\"device\":\"a/b\",\"intensity\":1}",
                "BAD_DEVICE_ID | fieldwatch/v1/traffic-flow | {\"device\":\"\",\"intensity\":1}",
                "BAD_DEVICE_ID | fieldwatch/v1/traffic-flow | {\"device\":\"a\\u0000\",\"intensity\":1}",
                "BAD_DEVICE_ID | fieldwatch/v1/traffic-flow | {\"device\":\"\\ud800\",\"intensity\":1}",
                "MALFORMED_JSON | fieldwatch/v1/traffic-flow/cam-1 | {\"intensity\":1",
                "MALFORMED_JSON | fieldwatch/v1/traffic-flow/cam-1 | {\"intensity\":NaN}",
                "MALFORMED_JSON | fieldwatch/v1/traffic-flow/cam-1 | {\"intensity\":1}x",
                "MALFORMED_JSON | fieldwatch/v1/traffic-flow/cam-1 | {\"intensity\":1} {}",
                "MALFORMED_JSON | fieldwatch/v1/traffic-flow/cam-1 | {\"intensity\":1,\"intensity\":2}",
                "MALFORMED_JSON | fieldwatch/v1/traffic-flow/cam-1 | {\"intensity\":null,\"intensity\":2}",
                "MALFORMED_JSON | fieldwatch/v1/traffic-flow/cam-1 | {\"time\":1,\"time\":2,\"intensity\":2}",
                "NOT_AN_OBSERVATION | fieldwatch/v1/traffic-flow/cam-1 | 17",
                "NOT_AN_OBSERVATION | fieldwatch/v1/traffic-flow/cam-1 | null",
                "NOT_AN_OBSERVATION | fieldwatch/v1/traffic-flow/cam-1 | []",
                "UNKNOWN_PROPERTY | fieldwatch/v1/traffic-flow/cam-1 | {\"intensity\":1,\"speed\":{\"a\":[1]}}",
                "WRONG_TYPE | fieldwatch/v1/traffic-flow/cam-1 | {\"intensity\":\"12\"}",
                "WRONG_TYPE | fieldwatch/v1/traffic-flow/cam-1 | {\"intensity\":1e999}",
                "WRONG_TYPE | fieldwatch/v1/traffic-flow/cam-1 | {\"intensity\":{\"value\":1}}",
                "WRONG_TYPE | fieldwatch/v1/traffic-flow/cam-1 | {\"laneId\":1.5}",
                "WRONG_TYPE | fieldwatch/v1/traffic-flow/cam-1 | {\"laneId\":9223372036854775808}",
                "WRONG_TYPE | fieldwatch/v1/traffic-flow/cam-1 | {\"congested\":1}",
                "WRONG_TYPE | fieldwatch/v1/traffic-flow/cam-1 | {\"laneDirection\":\"up\"}",
                "WRONG_TYPE | fieldwatch/v1/traffic-flow/cam-1 | {\"laneDirection\":0}",
                "BAD_TIME | fieldwatch/v1/traffic-flow/cam-1 | {\"time\":\"yesterday\",\"intensity\":1}",
                "BAD_TIME | fieldwatch/v1/traffic-flow/cam-1 | {\"time\":true,\"intensity\":1}",
                "BAD_TIME | fieldwatch/v1/traffic-flow/cam-1 | {\"time\":[],\"intensity\":1}",
                "BAD_TIME | fieldwatch/v1/traffic-flow/cam-1 | {\"time\":9e99,\"intensity\":1}",
                "TIME_IN_FUTURE | fieldwatch/v1/traffic-flow/cam-1 | {\"time\":\"2026-11-23T07:10:01Z\",\"intensity\":1}",
                "TIME_TOO_OLD | fieldwatch/v1/traffic-flow/cam-1 | {\"time\":1795417200,\"intensity\":1}",
                "EMPTY_OBSERVATION | fieldwatch/v1/traffic-flow/cam-1 | {}",
                "EMPTY_OBSERVATION | fieldwatch/v1/traffic-flow/cam-1 | {\"time\":1795417200000,\"intensity\":null}",
            })
    void putsInQuarantineWithItsReason(RejectReason reason, String topic, String payload) {
        Records records = decode(topic, payload);
        assertThat(records.observations).isEmpty();
        assertThat(records.rejected).hasSize(1);
        RejectedInput rejected = records.rejected.get(0);
        assertThat(rejected.reason()).as(rejected.detail()).isEqualTo(reason);
        assertThat(rejected.topic()).isEqualTo(topic);
        assertThat(rejected.source()).isEqualTo("client-1");
        assertThat(rejected.payload()).asString(StandardCharsets.UTF_8).isEqualTo(payload);
        assertThat(rejected.timeMillis()).isEqualTo(NOW / 1000);
        assertThat(rejected.detail()).isNotEmpty();
        assertThat(decoder.quarantined()).isEqualTo(1);
        assertThat(decoder.accepted()).isZero();
    }

    @Test
    void namesTheUnknownProperty() {
        Records records = decode(TOPIC, "{\"averageSpeed\":1}");
        assertThat(records.rejected.get(0).detail()).contains("'averageSpeed'");
    }

    @Test
    void takesNoPayloadForMalformed() {
        assertThat(decode(TOPIC, "").rejected.get(0).reason()).isEqualTo(RejectReason.MALFORMED_JSON);
    }

    @Test
    void refusesJsonInUtf16() {
        ByteBuf payload = Unpooled.copiedBuffer("{\"intensity\":1}", StandardCharsets.UTF_16LE);
        assertThat(decode(TOPIC, payload).rejected.get(0).reason()).isEqualTo(RejectReason.MALFORMED_JSON);
    }

    @Test
    void refusesBytesThatAreNoUtf8() {
        ByteBuf payload = Unpooled.copiedBuffer("{\"laneDirection\":\"\u00ff\"}", StandardCharsets.ISO_8859_1);
        assertThat(decode(TOPIC, payload).rejected.get(0).reason()).isEqualTo(RejectReason.MALFORMED_JSON);
    }

    @Test
    void refusesDeepNestingAndEndlessNumbers() {
        assertThat(decode(TOPIC, "[".repeat(60_000)).rejected.get(0).reason()).isEqualTo(RejectReason.MALFORMED_JSON);
        assertThat(decode(TOPIC, "{\"intensity\":" + "9".repeat(100_000) + "}")
                        .rejected
                        .get(0)
                        .reason())
                .isEqualTo(RejectReason.MALFORMED_JSON);
    }

    @Test
    void putsOnlyTheBadElementsOfAnArrayInQuarantineWithTheirOwnBytes() {
        Records records = decode(
                TOPIC,
                "[ {\"intensity\":1}, {\"Đường\":2} ,17,{\"intensity\":3},\"vỉa hè\", [1,{}],{\"congested\":\"no\"},"
                        + "{\"intensity\":4}]");
        assertThat(records.observations)
                .extracting(o -> o.values().get("intensity"))
                .containsExactly(1.0, 3.0, 4.0);
        assertThat(records.rejected)
                .extracting(r -> new String(r.payload(), StandardCharsets.UTF_8))
                .containsExactly("{\"Đường\":2}", "17", "\"vỉa hè\"", "[1,{}]", "{\"congested\":\"no\"}");
        assertThat(records.rejected)
                .extracting(RejectedInput::reason)
                .containsExactly(
                        RejectReason.UNKNOWN_PROPERTY,
                        RejectReason.NOT_AN_OBSERVATION,
                        RejectReason.NOT_AN_OBSERVATION,
                        RejectReason.NOT_AN_OBSERVATION,
                        RejectReason.WRONG_TYPE);
        assertThat(decoder.accepted()).isEqualTo(3);
        assertThat(decoder.quarantined()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"intensity\":1},{\"intensity\":2}",
                "[{\"intensity\":1},{\"intensity\":2}]]",
                "[{\"intensity\":1},{\"bad\":2},{\"intensity\":}]"
            })
    void acceptsNothingOfAPayloadThatIsMalformedAnywhere(String payload) {
        Records records = decode(TOPIC, payload);
        assertThat(records.observations).isEmpty();
        assertThat(records.definitions).isEmpty();
        assertThat(records.rejected).hasSize(1);
        assertThat(records.rejected.get(0).reason()).isEqualTo(RejectReason.MALFORMED_JSON);
        assertThat(records.rejected.get(0).payload())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(payload);
        assertThat(decoder.accepted()).isZero();
        assertThat(decoder.quarantined()).isEqualTo(1);
    }

    @Test
    void takesAGatewaysObjectsWhereverTheyNameTheirDevice() {
        Records records = decode(
                GATEWAY, "[{\"device\":\"a\",\"intensity\":1},{\"intensity\":2,\"device\":\"b\"},{\"intensity\":3}]");
        assertThat(records.observations).extracting(Observation::device).containsExactly("a", "b");
        assertThat(records.definitions).extracting(DeviceDefinition::externalId).containsExactly("a", "b");
        assertThat(records.rejected).hasSize(1);
    }

    @Test
    void takesTheTopicsOwnDeviceInThePayload() {
        assertThat(decode(TOPIC, "{\"device\":\"cam-1\",\"intensity\":1}").observations)
                .hasSize(1);
    }

    @Test
    void definesADeviceBeforeItsFirstUseAndOnlyThen() {
        ByteBuffer block = ByteBuffer.allocate(4096);
        writer.open(block, 1, NOW / 1000);
        TopicRoute route = TopicRoute.of(TOPIC, catalogue);
        assertThat(decoder.decode(route, "c", text("{\"intensity\":1}"), NOW, writer))
                .isTrue();
        assertThat(decoder.decode(route, "c", text("{\"intensity\":2}"), NOW, writer))
                .isTrue();
        Records records = Records.of(writer.seal());
        assertThat(records.definitions).containsExactly(DeviceDefinition.undescribed(0, 1, "cam-1"));
        assertThat(records.observations).hasSize(2);
    }

    @Test
    void definesADeviceAgainWhenItsDefinitionWasTakenBack() {
        decode(TOPIC, "[{\"intensity\":1},");
        Records records = decode(TOPIC, "{\"intensity\":1}");
        assertThat(records.definitions).hasSize(1);
        assertThat(records.observations).hasSize(1);
    }

    @Test
    void eachDecoderDefinesForItselfButWithTheSameNumber() {
        Records one = decode(TOPIC, "{\"intensity\":1}");
        ByteBuffer block = ByteBuffer.allocate(4096);
        writer.open(block, 1, NOW / 1000);
        new ObservationDecoder(numbers, IngestConfig.standard())
                .decode(TopicRoute.of(TOPIC, catalogue), "c", text("{\"intensity\":1}"), NOW, writer);
        assertThat(Records.of(writer.seal()).definitions).isEqualTo(one.definitions);
    }

    @Test
    void doesNotDefineWhatIsAlreadyOnStableStorage() {
        DeviceDictionary durable = new DeviceDictionary();
        durable.define(DeviceDefinition.undescribed(7, 1, "cam-1"));
        DeviceNumbers seeded = new DeviceNumbers(durable, 100);
        ByteBuffer block = ByteBuffer.allocate(4096);
        writer.open(block, 1, NOW / 1000);
        ObservationDecoder fresh = new ObservationDecoder(seeded, IngestConfig.standard());
        fresh.decode(TopicRoute.of(TOPIC, catalogue), "c", text("{\"intensity\":1}"), NOW, writer);
        assertThat(writer.bytes()).isEqualTo(32 + 40);
        fresh.decode(
                TopicRoute.of("fieldwatch/v1/traffic-flow/cam-2", catalogue),
                "c",
                text("{\"intensity\":1}"),
                NOW,
                writer);
        assertThat(seeded.number(1, "cam-2")).isEqualTo(8);
    }

    @Test
    void quarantinesDevicesBeyondTheLimit() {
        ObservationDecoder small =
                new ObservationDecoder(new DeviceNumbers(new DeviceDictionary(), 1), IngestConfig.standard());
        writer.open(ByteBuffer.allocate(4096), 1, NOW / 1000);
        small.decode(
                TopicRoute.of(GATEWAY, catalogue),
                "c",
                text("[{\"device\":\"a\",\"intensity\":1},{\"device\":\"b\",\"intensity\":1}]"),
                NOW,
                writer);
        assertThat(small.accepted()).isEqualTo(1);
        assertThat(Records.of(writer.seal()).rejected)
                .extracting(RejectedInput::reason)
                .containsExactly(RejectReason.BAD_DEVICE_ID);
    }

    @Test
    void leavesAFullBlockAsItWasAndFitsTheNext() {
        TopicRoute route = TopicRoute.of(TOPIC, catalogue);
        String array = "[{\"intensity\":1},{\"intensity\":2},{\"intensity\":3}]";
        writer.open(ByteBuffer.allocate(320), 1, NOW / 1000);
        assertThat(decoder.decode(route, "c", text(array), NOW, writer)).isTrue();
        int before = writer.bytes();
        TopicRoute other = TopicRoute.of("fieldwatch/v1/traffic-flow/cam-2", catalogue);
        assertThat(decoder.decode(other, "c", text(array), NOW, writer)).isFalse();
        assertThat(writer.bytes()).isEqualTo(before);
        assertThat(decoder.accepted()).isZero();

        writer.open(ByteBuffer.allocate(320), 1, NOW / 1000);
        assertThat(decoder.decode(other, "c", text(array), NOW, writer)).isTrue();
        Records records = Records.of(writer.seal());
        assertThat(records.definitions).hasSize(1);
        assertThat(records.observations).hasSize(3);
    }

    @Test
    void cutsAPayloadThatFitsNoBlock() {
        writer.open(ByteBuffer.allocate(512), 1, NOW / 1000);
        String array = "[" + "{\"intensity\":1},".repeat(40) + "{\"intensity\":1}]";
        assertThat(decoder.decode(TopicRoute.of(TOPIC, catalogue), "c", text(array), NOW, writer))
                .isTrue();
        Records records = Records.of(writer.seal());
        assertThat(records.observations).isEmpty();
        assertThat(records.definitions).isEmpty();
        RejectedInput rejected = records.rejected.get(0);
        assertThat(rejected.reason()).isEqualTo(RejectReason.TOO_LARGE);
        assertThat(array).startsWith(new String(rejected.payload(), StandardCharsets.UTF_8));
        assertThat(rejected.detail()).contains(array.length() + " bytes").contains(rejected.payload().length + " of");
    }

    @Test
    void takesAPayloadFromDirectMemory() {
        String text = "xx{\"intensity\":5}";
        ByteBuf direct = Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
        direct.skipBytes(2);
        assertThat(decode(TOPIC, direct).observations.get(0).values()).containsEntry("intensity", 5.0);
        assertThat(direct.readerIndex()).isEqualTo(2);
        direct.release();
    }

    @Test
    void aDeviceDescribesItself() {
        Records records =
                decode(TOPIC + "/about", "{\"name\":\"Ngã tư\",\"area\":\"Tô Hiệu\",\"lat\":21.33,\"lon\":103.91}");
        assertThat(records.rejected).isEmpty();
        assertThat(records.definitions)
                .containsExactly(new DeviceDefinition(0, 1, "cam-1", "Ngã tư", "Tô Hiệu", 21.33, 103.91));
        assertThat(decoder.described()).isEqualTo(1);
        assertThat(decode(TOPIC, "{\"intensity\":1}", records).definitions).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "WRONG_TYPE | {\"lat\":21}",
                "WRONG_TYPE | {\"lat\":91,\"lon\":0}",
                "WRONG_TYPE | {\"lat\":\"21\",\"lon\":0}",
                "WRONG_TYPE | {\"name\":\"a\\u0000b\"}",
                "WRONG_TYPE | {\"area\":5}",
                "UNKNOWN_PROPERTY | {\"colour\":\"red\"}",
                "MALFORMED_JSON | {\"name\":\"a\",\"name\":\"b\"}",
                "MALFORMED_JSON | {\"name\":\"a\"",
                "NOT_AN_OBSERVATION | [{\"name\":\"a\"}]"
            })
    void refusesADescriptionThatIsNone(RejectReason reason, String payload) {
        Records records = decode(TOPIC + "/about", payload);
        assertThat(records.definitions).isEmpty();
        assertThat(records.rejected).extracting(RejectedInput::reason).containsExactly(reason);
    }

    @Test
    void aDescriptionMayBeEmpty() {
        assertThat(decode(TOPIC + "/about", "{}").definitions)
                .containsExactly(DeviceDefinition.undescribed(0, 1, "cam-1"));
    }

    private Records decode(String topic, String payload) {
        return decode(topic, text(payload));
    }

    private Records decode(String topic, ByteBuf payload) {
        return Records.of(seal(topic, payload));
    }

    /** Decodes behind what was decoded before. */
    private Records decode(String topic, String payload, Records before) {
        before.add(new BlockReader().wrap(seal(topic, text(payload))));
        return before;
    }

    private ByteBuffer seal(String topic, ByteBuf payload) {
        writer.open(ByteBuffer.allocate(256 * 1024), 1, NOW / 1000);
        assertThat(decoder.decode(TopicRoute.of(topic, catalogue), "client-1", payload, NOW, writer))
                .isTrue();
        return writer.seal();
    }

    private static ByteBuf text(String payload) {
        return Unpooled.copiedBuffer(payload, StandardCharsets.UTF_8);
    }
}
