package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.ingest.BlockConfig;
import io.fieldwatch.ingest.IngestMetric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5 chapters 3.1, 3.2 and 4.1: CONNECT, CONNACK, what is left behind, and sessions. */
class ConformanceOfConnectTest {

    private static final String TOPIC = "fieldwatch/v1/traffic-flow/cam-1";
    private static final String OBSERVATION = "{\"intensity\":1}";
    /** {@code fieldwatch/v1/camera/cam-1}, with its length. */
    private static final String WILL_TOPIC = "001a6669656c6477617463682f76312f63616d6572612f63616d2d31";

    private Engine engine;

    @BeforeEach
    void start() throws IOException {
        engine = new Engine(BlockConfig.standard(), Engine.config(50, 4096, Duration.ofSeconds(10)));
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"00044d515474 05", "00034d5154 05", "00054d51545454 05", "0000 05"})
    void closesWhoeverNamesAnotherProtocol(String nameAndLevel) throws IOException {
        assertThat(answerToConnect(nameAndLevel + " 02 001e 00 000161")).isEqualTo(RawClient.CLOSED);
    }

    @ParameterizedTest
    @CsvSource({
        "00044d515454 05 03 001e 00 000161", // the reserved bit
        "00044d515454 05 0a 001e 00 000161", // QoS of no will
        "00044d515454 05 22 001e 00 000161", // retaining no will
        "00044d515454 05 1e 001e 00 000161 00 000174 000170", // QoS 3
        "00044d515454 05 06 001e 00 000161", // a will that is not there
        "00044d515454 05 06 001e 00 000161 00 000174", // without payload
        "00044d515454 05 02 001e 00 000161 000175", // a user name that was not announced
        "00044d515454 05 82 001e 00 000161", // announced and not there
        "00044d515454 05 42 001e 00 000161", // the same with the password
        "00044d515454 05 c2 001e 00 000161 000175",
        "00044d515454 05 02 001e 00", // no client id
        "00044d515454 04 42 001e 000161 000170", // 3.1.1: a password without user name
    })
    void closesAConnectWhoseFlagsAndFieldsDiffer(String body) throws IOException {
        assertThat(answerToConnect(body)).isEqualTo(RawClient.CLOSED);
    }

    @Test
    void readsTheFieldsInTheirOrder() throws Exception {
        // client id, will properties, will topic, will payload, user name, password
        try (RawClient client = engine.raw()) {
            client.send(RawClient.packet(
                    0x10, hex("00044d515454 05 c6 001e 00 00026964 00" + WILL_TOPIC + "0001 70 000175 000170")));
            assertThat(client.read()).startsWith("201d0000");
            assertThat(client.publish5(2, 1, "x", "00", "").read()).isEqualTo("4003000110");
        }
        await().untilAsserted(() -> assertThat(engine.records().offline).hasSize(1));
        assertThat(engine.records().offline.get(0).detail()).isEqualTo("p");
        assertThat(engine.records().rejected.get(0).source()).isEqualTo("id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0123456789abcdefghijklm", "NOPQRSTUVWXYZ"})
    void takesEveryClientIdThatTheStandardWantsTaken(String clientId) throws IOException {
        try (RawClient client = engine.raw()) {
            assertThat(client.connect5(clientId, 30).read()).startsWith("201d0000");
        }
    }

    @Test
    void refusesAClientIdThatIsTooLong() throws IOException {
        try (RawClient client = engine.raw()) {
            assertThat(client.connect5("x".repeat(1025), 30).read()).isEqualTo("2003008500");
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    @Test
    void makesAnotherClientIdForEachClientWithoutOne() throws IOException {
        try (RawClient one = engine.raw();
                RawClient two = engine.raw()) {
            String first = one.connect5("", 30).read();
            String second = two.connect5("", 30).read();
            assertThat(first).contains("120029").isNotEqualTo(second);
            assertThat(one.send("c000").read()).isEqualTo("d000");
        }
    }

    @ParameterizedTest
    @CsvSource({"05 02, 00", "05 00, 00", "05 00, 0511000000ff"})
    void neverHasASessionOfBefore(String levelAndFlags, String properties) throws IOException {
        for (int i = 0; i < 2; i++) {
            try (RawClient client = engine.raw()) {
                client.send(
                        RawClient.packet(0x10, hex("00044d515454 " + levelAndFlags + "001e" + properties + "000161")));
                // Session Present 0, and Session Expiry Interval 0 whatever was asked for
                assertThat(client.read()).startsWith("201d00").contains("1100000000");
                assertThat(client.publish5(2, 1, TOPIC, "03230001", OBSERVATION).read())
                        .isEqualTo("40020001");
            }
        }
    }

    @Test
    void keepsTheStateOfASessionWhileItsConnectionLasts() throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect3("a", 30).read();
            assertThat(client.publish3(4, 7, TOPIC, OBSERVATION).read()).isEqualTo("50020007");
            for (int i = 0; i < 20; i++) {
                assertThat(client.send("c000").read()).isEqualTo("d000");
            }
            assertThat(client.publish3(12, 7, TOPIC, OBSERVATION).read()).isEqualTo("50020007");
        }
        try (RawClient client = engine.raw()) {
            client.connect3("a", 30).read();
            assertThat(client.publish3(12, 7, TOPIC, OBSERVATION).read()).isEqualTo("50020007");
        }
        assertThat(engine.metric(IngestMetric.OBSERVATIONS_ACCEPTED)).isEqualTo(2);
    }

    @Test
    void publishesAWillOnceAndNotAfterDisconnect() throws Exception {
        for (String goodbye : new String[] {"", "e000", "e00104", "e00100"}) {
            try (RawClient client = engine.raw()) {
                client.send(
                        RawClient.packet(0x10, hex("00044d515454 05 06 001e 00 000161 00" + WILL_TOPIC + "0001 70")));
                assertThat(client.read()).startsWith("20");
                client.send(goodbye);
            }
            await().until(() -> engine.metric(IngestMetric.CONNECTIONS) == 0);
        }
        // of who broke away, and of who wanted it so
        await().untilAsserted(() -> assertThat(engine.records().offline).hasSize(2));
    }

    @Test
    void doesNotPublishTheWillOfAClientThatIsBackAlready() throws Exception {
        String connect = "00044d515454 05 06 001e 00 000161 00" + WILL_TOPIC + "0001 70";
        try (RawClient first = engine.raw();
                RawClient second = engine.raw()) {
            first.send(RawClient.packet(0x10, hex(connect))).read();
            second.send(RawClient.packet(0x10, hex(connect))).read();
            assertThat(first.read()).isEqualTo("e0018e");
            assertThat(first.read()).isEqualTo(RawClient.CLOSED);
            assertThat(second.send("e000").read()).isEqualTo(RawClient.CLOSED);
        }
        await().until(() -> engine.metric(IngestMetric.CONNECTIONS) == 0);
        assertThat(engine.records().offline).isEmpty();
    }

    @Test
    void refusesAWillWithAWildcard() throws IOException {
        assertThat(answerToConnect("00044d515454 05 06 001e 00 000161 00 0003612f23 000170"))
                .isEqualTo("2003009000");
    }

    @Test
    void sendsNoPacketLargerThanTheClientTakes() throws IOException {
        // 20 bytes: not even CONNACK
        assertThat(answerToConnect("00044d515454 05 02 001e 05 2700000014 000161"))
                .isEqualTo(RawClient.CLOSED);
        try (RawClient client = engine.raw()) { // 40 bytes: CONNACK, but no SUBACK for 60 filters
            client.send(RawClient.packet(0x10, hex("00044d515454 05 02 001e 05 2700000028 000161")));
            assertThat(client.read()).startsWith("201d0000");
            client.send(RawClient.packet(0x82, hex("000100" + "00016100".repeat(60))));
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    @Test
    void explainsNothingToAClientThatWantsNoExplanations() throws IOException {
        try (RawClient client = engine.raw()) {
            client.send(RawClient.packet(0x10, hex("00044d515454 05 02 001e 02 1700 000161")));
            assertThat(client.read()).startsWith("201d0000");
            // the reason alone, without reason string or user properties
            assertThat(client.publish5(2, 1, "x", "00", "").read()).isEqualTo("4003000110");
            assertThat(client.send("f000").read()).isEqualTo("e00182");
        }
    }

    @Test
    void processesNothingBehindAConnectItRefuses() throws Exception {
        byte[] refused = RawClient.packet(0x10, hex("00044d515454 05 02 001e 04 15000178 000161"));
        byte[] publish = RawClient.packet(
                0x32, RawClient.text(TOPIC), hex("0001 00"), OBSERVATION.getBytes(StandardCharsets.UTF_8));
        byte[] both = Arrays.copyOf(refused, refused.length + publish.length);
        System.arraycopy(publish, 0, both, refused.length, publish.length);
        try (RawClient client = engine.raw()) {
            assertThat(client.send(both).read()).isEqualTo("2003008c00");
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
        assertThat(engine.metric(IngestMetric.MESSAGES_RECEIVED)).isZero();
    }

    @Test
    void answersConnectFirstAndOnce() throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).publish5(2, 1, TOPIC, "00", OBSERVATION).send("c000");
            assertThat(client.read()).startsWith("201d0000");
            assertThat(client.read()).isIn("40020001", "d000");
            assertThat(client.read()).isIn("40020001", "d000");
            assertThat(client.connect5("a", 30).read()).isEqualTo("e00182");
        }
    }

    private String answerToConnect(String body) throws IOException {
        try (RawClient client = engine.raw()) {
            String answer = client.send(RawClient.packet(0x10, hex(body))).read();
            if (!answer.equals(RawClient.CLOSED)) {
                assertThat(client.read()).isEqualTo(RawClient.CLOSED);
            }
            return answer;
        }
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
