package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.ingest.BlockConfig;
import io.fieldwatch.ingest.IngestMetric;
import io.fieldwatch.telemetry.RejectReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol byte by byte, over real sockets. */
class MqttProtocolTest {

    private static final String TOPIC = "fieldwatch/v1/traffic-flow/cam-1";
    private static final String OBSERVATION = "{\"intensity\":1}";

    private Engine engine;

    @BeforeEach
    void start() throws IOException {
        engine = new Engine(BlockConfig.standard(), Engine.config(50, 4096, Duration.ofSeconds(10)));
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void declaresWhatAVersion5ClientMayUse() throws IOException {
        try (RawClient client = engine.raw()) {
            // receive maximum 4, 16 aliases, QoS 1, no retain, 4096 bytes, no wildcards, no subscription ids, no shared
            // subscriptions, session expiry 0; the keep-alive of 30 s stands
            assertThat(client.connect5("a", 30).read())
                    .isEqualTo("201d0000" + "1a" + "210004" + "220010" + "2401" + "2500" + "2700001000" + "2800"
                            + "2900" + "2a00" + "1100000000");
        }
    }

    @Test
    void tellsTheKeepAliveAndClientIdItChose() throws IOException {
        try (RawClient client = engine.raw()) {
            String connAck = client.connect5("", 0).read();
            assertThat(connAck).contains("13003c");
            String prefix = hex("auto-");
            assertThat(connAck).contains("120029" + prefix);
        }
    }

    @Test
    void refusesAnEmptyClientIdOnlyWithAnOldSession() throws IOException {
        try (RawClient clean = engine.raw();
                RawClient old = engine.raw()) {
            assertThat(clean.connect3("", 30).read()).isEqualTo(RawClient.CONNACK_3);
            assertThat(old.send("10 0c 00044d515454 04 00 001e 0000").read()).isEqualTo("20020002");
            assertThat(old.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // the name of 3.1 with the level of 5, MQTT with the level of 3.1, MQTT of the future
        "10 0f 00064d5149736470 05 02 001e 000161, 20020001",
        "10 0d 00044d515454 03 02 001e 000161, 20020001",
        "10 0d 00044d515454 06 02 001e 000161, 2003008400",
        // version 5: unknown authentication method, will with QoS 2, retained will
        "10 12 00044d515454 05 02 001e 04 15000178 000161, 2003008c00",
        "10 15 00044d515454 05 16 001e 00 000161 00 000174 000170, 2003009b00",
        "10 15 00044d515454 05 26 001e 00 000161 00 000174 000170, 2003009a00",
    })
    void refusesAConnectWithItsCode(String connect, String connAck) throws IOException {
        try (RawClient client = engine.raw()) {
            assertThat(client.send(connect).read()).isEqualTo(connAck);
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
        assertThat(engine.metric(IngestMetric.CONNECTIONS_REFUSED)).isEqualTo(1);
    }

    @Test
    void closesWhoeverDoesNotBeginWithConnect() throws IOException {
        try (RawClient client = engine.raw()) {
            assertThat(client.send("c000").read()).isEqualTo(RawClient.CLOSED);
        }
    }

    @Test
    void closesWhoeverConnectsTwice() throws IOException {
        try (RawClient three = engine.raw();
                RawClient five = engine.raw()) {
            three.connect3("a", 30).read();
            assertThat(three.connect3("a", 30).read()).isEqualTo(RawClient.CLOSED);
            five.connect5("b", 30).read();
            assertThat(five.connect5("b", 30).read()).isEqualTo("e00182");
        }
    }

    @Test
    void theLaterConnectionWithAClientIdTakesOver() throws IOException {
        try (RawClient first = engine.raw();
                RawClient second = engine.raw();
                RawClient third = engine.raw()) {
            first.connect5("same", 30).read();
            assertThat(second.connect5("same", 30).read()).startsWith("20");
            assertThat(first.read()).isEqualTo("e0018e");
            assertThat(first.read()).isEqualTo(RawClient.CLOSED);
            assertThat(third.connect3("same", 30).read()).isEqualTo(RawClient.CONNACK_3);
            assertThat(second.read()).isEqualTo("e0018e");
            assertThat(third.send("c000").read()).isEqualTo("d000");
        }
    }

    @Test
    void closesAClientSilentForOneAndAHalfKeepAlives() throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 1).read();
            long start = System.nanoTime();
            assertThat(client.read()).isEqualTo("e0018d");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(1400), Duration.ofMillis(3500));
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    @Test
    void keepsAClientThatPings() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect3("a", 1).read();
            for (int i = 0; i < 5; i++) {
                Thread.sleep(600);
                assertThat(client.send("c000").read()).isEqualTo("d000");
            }
        }
    }

    @Test
    void closesAConnectionWithoutConnectInTime() throws IOException {
        try (Engine impatient = new Engine(BlockConfig.standard(), Engine.config(50, 4096, Duration.ofMillis(300)));
                RawClient client = impatient.raw()) {
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    @Test
    void closesConnectionsBeyondTheLimit() throws IOException {
        try (Engine small = new Engine(BlockConfig.standard(), Engine.config(1, 4096, Duration.ofSeconds(10)));
                RawClient first = small.raw()) {
            assertThat(first.connect3("a", 30).read()).isEqualTo(RawClient.CONNACK_3);
            try (RawClient second = small.raw()) {
                assertThat(second.read()).isEqualTo(RawClient.CLOSED);
            }
            first.close();
            await().untilAsserted(() -> {
                try (RawClient third = small.raw()) {
                    assertThat(third.connect3("c", 30).read()).isEqualTo(RawClient.CONNACK_3);
                }
            });
        }
    }

    @Test
    void storesAQos2MessageOnceHoweverOftenItIsSent() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect3("a", 30).read();
            assertThat(client.publish3(4, 7, TOPIC, OBSERVATION).read()).isEqualTo("50020007");
            assertThat(client.publish3(4 | 8, 7, TOPIC, OBSERVATION).read()).isEqualTo("50020007");
            assertThat(client.send("62020007").read()).isEqualTo("70020007");
            assertThat(client.send("62020007").read()).isEqualTo("70020007");
            assertThat(client.publish3(4, 7, TOPIC, OBSERVATION).read()).isEqualTo("50020007");
        }
        assertThat(engine.records().observations).hasSize(2);
    }

    @Test
    void answersAQos2MessageOnlyWhenDurable() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect3("a", 30).read();
            engine.log.hold();
            client.publish3(4, 7, TOPIC, OBSERVATION).publish3(4 | 8, 7, TOPIC, OBSERVATION);
            assertThat(client.hasNothingToRead(200)).isTrue();
            engine.log.releaseHeld();
            assertThat(client.read()).isEqualTo("50020007");
            assertThat(client.hasNothingToRead(100)).isTrue();
        }
        assertThat(engine.records().observations).hasSize(1);
    }

    @Test
    void boundsTheQos2IdsAClientMayKeep() throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect3("a", 30).read();
            for (int id = 1; id <= 4; id++) {
                assertThat(client.publish3(4, id, TOPIC, OBSERVATION).read()).isEqualTo("5002000" + id);
            }
            assertThat(client.publish3(4, 5, TOPIC, OBSERVATION).read()).isEqualTo(RawClient.CLOSED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // flags, topic, properties, reason
        "1, fieldwatch/v1/traffic-flow/a, 00, 9a",
        "4, fieldwatch/v1/traffic-flow/a, 00, 9b",
        "8, fieldwatch/v1/traffic-flow/a, 00, 81",
        "6, fieldwatch/v1/traffic-flow/a, 00, 81",
        "2, '', 00, 82",
        "2, '', 03230001, 82",
        "2, fieldwatch/v1/traffic-flow/a, 03230000, 94",
        "2, fieldwatch/v1/traffic-flow/a, 03230011, 94",
        "2, fieldwatch/v1/+/a, 00, 81",
    })
    void disconnectsAPublishThatIsNotAllowed(int flags, String topic, String properties, String reason)
            throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.publish5(flags, 1, topic, properties, OBSERVATION).read())
                    .isEqualTo("e001" + reason);
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
        assertThat(engine.metric(IngestMetric.PROTOCOL_ERRORS)).isEqualTo(1);
    }

    @Test
    void takesTopicAliases() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.publish5(2, 1, TOPIC, "03230001", OBSERVATION).read())
                    .isEqualTo("40020001");
            assertThat(client.publish5(2, 2, "fieldwatch/v1/traffic-flow/cam-2", "03230010", OBSERVATION)
                            .read())
                    .isEqualTo("40020002");
            assertThat(client.publish5(2, 3, "", "03230001", OBSERVATION).read())
                    .isEqualTo("40020003");
        }
        assertThat(engine.records().observations)
                .extracting(o -> o.device())
                .containsExactly("cam-1", "cam-2", "cam-1");
    }

    @Test
    void ignoresTheRetainFlagOfVersion3() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect3("a", 30).read();
            assertThat(client.publish3(3, 1, TOPIC, OBSERVATION).read()).isEqualTo("40020001");
        }
    }

    @Test
    void disconnectsAboveTheReceiveMaximum() throws IOException {
        engine.log.hold();
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            for (int id = 1; id <= 5; id++) {
                client.publish5(2, id, TOPIC, "00", OBSERVATION);
            }
            assertThat(client.read()).isEqualTo("e00193");
        }
        engine.log.releaseHeld();
    }

    @Test
    void disconnectsAPacketThatIsTooLarge() throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            client.publish5(2, 1, TOPIC, "00", "x".repeat(5000));
            assertThat(client.read()).isEqualTo("e00195");
        }
    }

    @Test
    void answersEverySubscribe() throws IOException {
        try (RawClient three = engine.raw();
                RawClient five = engine.raw()) {
            three.connect3("a", 30).read();
            assertThat(three.send("82 0a 0005 000161 00 000162 02").read()).isEqualTo("900400058080");
            assertThat(three.send("a2 08 0006 000161 000162").read()).isEqualTo("b0020006");
            five.connect5("b", 30).read();
            assertThat(five.send("82 0b 0005 00 000161 00 000162 02").read()).isEqualTo("90050005008787");
            assertThat(five.send("a2 09 0006 00 000161 000162").read()).isEqualTo("b0050006001111");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "82 07 0005 00 000123 00, a2",
        "82 10 0005 00 000a 2473686172652f612f62 00, 9e",
        "82 09 0005 02 0b01 000161 00, a1",
        "f0 00, 82",
        "20 03 00 00 00, 82",
        "d0 00, 82",
        "82 03 0005 00, 81",
        "32 06 0001 61 0000 00, 82",
        "00 00, 82",
        "c1 00, 81",
        "c0 ff ff ff ff 7f, 81",
        "32 0a 0002 c3 28 0001 00 7b7d31, 81",
        "32 0a 0002 61 00 0001 00 7b7d31, 81",
    })
    void disconnectsWhatIsMalformedOrForbiddenAndLeavesOthersAlone(String packet, String reason) throws Exception {
        try (RawClient good = engine.raw();
                RawClient bad = engine.raw()) {
            good.connect3("good", 30).read();
            bad.connect5("bad", 30).read();
            assertThat(bad.send(packet).read()).isEqualTo("e001" + reason);
            assertThat(bad.read()).isEqualTo(RawClient.CLOSED);
            assertThat(good.publish3(2, 1, TOPIC, OBSERVATION).read()).isEqualTo("40020001");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"474554202f20485454502f312e310d0a0d0a", "16030100f8010000f4", "10ffffffff7f"})
    void closesWhoeverSpeaksSomethingElse(String bytes) throws Exception {
        try (RawClient client = engine.raw()) {
            assertThat(client.send(bytes).read()).isEqualTo(RawClient.CLOSED);
        }
        await().until(() -> engine.metric(IngestMetric.CONNECTIONS) == 0);
    }

    @Test
    void takesPacketsByteByByteAndManyAtOnce() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect3("a", 30).read();
            byte[] publish = RawClient.packet(
                    0x32, RawClient.text(TOPIC), new byte[] {0, 9}, OBSERVATION.getBytes(StandardCharsets.UTF_8));
            for (byte b : publish) {
                client.send(new byte[] {b});
            }
            assertThat(client.read()).isEqualTo("40020009");
            byte[] many = new byte[publish.length * 20];
            for (int i = 0; i < 20; i++) {
                System.arraycopy(publish, 0, many, i * publish.length, publish.length);
            }
            client.send(many);
            for (int i = 0; i < 20; i++) {
                assertThat(client.read()).isEqualTo("40020009");
            }
        }
        assertThat(engine.records().observations).hasSize(21);
    }

    @Test
    void takesTheWillOfAClientThatBreaksAwayAsItsDeviceBeingGone() throws Exception {
        byte[] connect = RawClient.packet(
                0x10,
                new byte[] {0, 4, 'M', 'Q', 'T', 'T', 4, 6, 0, 30},
                RawClient.text("a"),
                RawClient.text("fieldwatch/v1/camera/cam-1"),
                RawClient.text("power cut"));
        try (RawClient polite = engine.raw()) {
            polite.send(connect).read();
            assertThat(polite.send("e000").read()).isEqualTo(RawClient.CLOSED);
        }
        await().until(() -> engine.metric(IngestMetric.CONNECTIONS) == 0);
        assertThat(engine.records().offline).isEmpty();
        try (RawClient broken = engine.raw()) {
            broken.send(connect).read();
        }
        await().untilAsserted(() -> assertThat(engine.records().offline)
                .singleElement()
                .satisfies(gone -> assertThat(gone.detail()).isEqualTo("power cut")));
        assertThat(engine.records().definitions)
                .extracting(device -> device.externalId())
                .containsExactly("cam-1");
        assertThat(engine.records().observations).isEmpty();
    }

    @Test
    void acknowledgesWhatItPutsInQuarantine() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect5("meter-7", 30).read();
            assertThat(client.publish5(2, 1, "some/where", "00", "hello").read())
                    .isEqualTo("4003000110");
            assertThat(client.publish5(2, 2, TOPIC, "00", "hello").read()).isEqualTo("4003000299");
        }
        assertThat(engine.records().rejected)
                .extracting(r -> r.reason())
                .containsExactly(RejectReason.UNKNOWN_TOPIC, RejectReason.MALFORMED_JSON);
        assertThat(engine.records().rejected.get(0).source()).isEqualTo("meter-7");
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
