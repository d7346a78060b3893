package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.ingest.BlockConfig;
import io.fieldwatch.ingest.IngestMetric;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5 chapters 3.3 to 3.15 and 4: messages and their acknowledgements, everything else a client says, and goodbyes. */
class ConformanceOfDeliveryTest {

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
    void forgetsTopicAliasesWithTheConnection() throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.publish5(2, 1, TOPIC, "03230001", OBSERVATION).read())
                    .isEqualTo("40020001");
        }
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.publish5(2, 1, "", "03230001", OBSERVATION).read())
                    .isEqualTo("e00182");
        }
    }

    @Test
    void takesEveryAliasUpToItsMaximum() throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            for (int alias = 1; alias <= Packets.TOPIC_ALIAS_MAXIMUM; alias++) {
                String property = "032300" + HexFormat.of().toHexDigits((byte) alias);
                assertThat(client.publish5(2, alias, TOPIC, property, OBSERVATION)
                                .read())
                        .startsWith("4002");
            }
        }
    }

    @Test
    void keepsTheBeginningOfALongTopicThatAnAliasRepeats() throws Exception {
        String topic = "x".repeat(1023) + "\uD83D\uDEA6" + "y".repeat(2000);
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.publish5(2, 1, topic, "03230001", "").read()).isEqualTo("4003000110");
            assertThat(client.publish5(2, 2, "", "03230001", "").read()).isEqualTo("4003000210");
        }
        assertThat(engine.records().rejected)
                .extracting(each -> each.topic())
                .containsExactly("x".repeat(1023), "x".repeat(1023));
    }

    @ParameterizedTest
    @ValueSource(strings = {"06 08 0003 612f23", "06 08 0003 2b2f61"})
    void refusesAResponseTopicWithAWildcard(String properties) throws IOException {
        assertEnds("a response topic", publishWith(properties), "e00182");
    }

    @Test
    void letsASubscriptionIdentifierInAMessageBe() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.publish5(2, 1, TOPIC, "020b05", OBSERVATION).read())
                    .isEqualTo("40020001");
        }
        assertThat(engine.records().observations).hasSize(1);
    }

    @Test
    void takesAPacketIdentifierForANewMessageOnceItWasAcknowledged() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.publish5(2, 7, TOPIC, "00", "{\"intensity\":1}").read())
                    .isEqualTo("40020007");
            // DUP says nothing any more: it is another message
            assertThat(client.publish5(10, 7, TOPIC, "00", "{\"intensity\":2}").read())
                    .isEqualTo("40020007");
        }
        assertThat(engine.records().observations)
                .extracting(each -> each.values().get("intensity"))
                .containsExactly(1.0, 2.0);
    }

    @Test
    void goesOnAnsweringWhileNoMessageMayBeSent() throws IOException {
        engine.log.hold();
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            for (int id = 1; id <= 4; id++) { // the receive maximum
                client.publish5(2, id, TOPIC, "00", OBSERVATION);
            }
            assertThat(client.send("c000").read()).isEqualTo("d000");
            assertThat(client.send("82 07 0009 00 000161 00").read()).isEqualTo("900400090087");
            client.publish5(0, 0, TOPIC, "00", OBSERVATION);
            engine.log.releaseHeld();
            for (int id = 1; id <= 4; id++) {
                assertThat(client.read()).isEqualTo("4002000" + id);
            }
        }
    }

    @Test
    void acknowledgesWithTheReasonThatEndsADeliveryForGood() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.publish5(2, 1, "x", "00", OBSERVATION).read()).isEqualTo("4003000110");
            assertThat(client.publish5(2, 2, "fieldwatch/v1/nothing/x", "00", OBSERVATION)
                            .read())
                    .isEqualTo("4003000290");
            assertThat(client.publish5(2, 3, TOPIC, "00", "hello").read()).isEqualTo("4003000399");
        }
        // durable before the reason went out, so that nothing is lost though nobody sends it again
        assertThat(engine.records().rejected).hasSize(3);
        assertThat(engine.metric(IngestMetric.OBSERVATIONS_QUARANTINED)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"60 02 0001", "61 02 0001", "66 02 0001"})
    void refusesAPubrelWithOtherFlags(String packet) throws IOException {
        assertEnds("PUBREL", packet, "e00181");
    }

    @ParameterizedTest
    @CsvSource({
        "82 06 0001 00 0001 61, 81", // a filter without options
        "82 03 0001 00, 81", // no filter
        "82 06 0001 00 0000 00, 81", // an empty one
        "82 07 0001 00 0001 61 40, 81", // reserved bits
        "82 07 0001 00 0001 61 80, 81",
        "82 07 0001 00 0001 61 03, 81", // QoS 3
        "82 07 0001 00 0001 61 30, 81", // retain handling 3
        "80 07 0001 00 0001 61 00, 81",
        "a2 03 0001 00, 81",
        "a0 06 0001 00 0001 61, 81",
    })
    void refusesASubscriptionThatIsMalformed(String packet, String reason) throws IOException {
        assertEnds("a subscription", packet, "e001" + reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void answersForEachFilterInOrderWhateverQosIsAskedFor(int qos) throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            String filter = "00 01 61 0" + qos;
            assertThat(client.send("82 0f 0005 00" + filter.repeat(3)).read()).isEqualTo("9006000500878787");
            assertThat(client.send("a2 0c 0006 00 000161 000162 000163").read()).isEqualTo("b006000600111111");
        }
    }

    @Test
    void answersAPing() throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.send("c000 c000").read()).isEqualTo("d000");
            assertThat(client.read()).isEqualTo("d000");
        }
    }

    @Test
    void sendsNoDisconnectBeforeConnack() throws IOException {
        try (RawClient client = engine.raw()) {
            assertThat(client.send("f000").read()).isEqualTo(RawClient.CLOSED);
        }
        try (RawClient client = engine.raw()) {
            assertThat(client.send("10 02 0000").read()).isEqualTo(RawClient.CLOSED);
        }
    }

    @Test
    void sendsNothingBehindADisconnectAndCloses() throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            client.send("c100 c000 c000");
            assertThat(client.read()).isEqualTo("e00181");
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    @Test
    void refusesADisconnectThatWantsASessionWhereThereWasNone() throws IOException {
        assertEnds("DISCONNECT", "e0 07 00 05 1100000001", "e00182");
        assertEnds("DISCONNECT with flags", "e2 00", "e00181");
    }

    @Test
    void refusesAuth() throws IOException {
        assertEnds("AUTH", "f0 00", "e00182");
        assertEnds("AUTH with flags", "f1 00", "e00182");
    }

    @Test
    void storesAMessageBeforeItTakesOverItsOwnership() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            engine.log.hold();
            client.publish5(2, 1, TOPIC, "00", OBSERVATION);
            assertThat(client.hasNothingToRead(200)).isTrue();
            assertThat(engine.records().observations).isEmpty();
            engine.log.releaseHeld();
            assertThat(client.read()).isEqualTo("40020001");
            assertThat(engine.records().observations).hasSize(1);
        }
    }

    private static String publishWith(String properties) {
        String body = "000161 0001" + properties + "7b7d";
        return "32" + HexFormat.of().toHexDigits((byte) (body.replace(" ", "").length() / 2)) + body;
    }

    private void assertEnds(String what, String packet, String answer) throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.send(packet).read()).as(what).isEqualTo(answer);
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }
}
