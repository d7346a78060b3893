package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.ingest.BlockConfig;
import io.fieldwatch.telemetry.RejectedInput;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5 chapters 1, 2 and 4.7: strings, numbers, packet identifiers and topic names, wherever a client can put them. */
class ConformanceOfStringsTest {

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

    /** Overlong, half a pair, cut off, beyond Unicode, never in UTF-8; and U+0000. */
    @ParameterizedTest
    @ValueSource(strings = {"c080", "eda080", "e4b8", "f4908080", "ff", "6100", "00"})
    void refusesATextThatIsNotUtf8OrHasANullWhereverItStands(String bad) throws IOException {
        String text = HexFormat.of().toHexDigits((short) (bad.length() / 2)) + bad;
        assertEndsAtConnect("00044d515454 05 02 001e 00 " + text); // client id
        assertEndsAtConnect("00044d515454 05 82 001e 00 000161 " + text); // user name
        assertEndsAtConnect("00044d515454 05 06 001e 00 000161 00 " + text + " 000170"); // will topic
        assertEndsAtConnect("00044d515454 05 02 001e " + counted("26" + text + "000161") + " 000161"); // user property
        assertDisconnects(0x32, text + "0001 00 7b7d"); // topic name
        for (String id : new String[] {"03", "08"}) { // content type, response topic
            assertDisconnects(0x32, "000161 0001 " + counted(id + text) + " 7b7d");
        }
        assertDisconnects(0x32, "000161 0001 " + counted("26" + text + "000161") + " 7b7d"); // name of a pair
        assertDisconnects(0x32, "000161 0001 " + counted("26000161" + text) + " 7b7d"); // value of a pair
        assertDisconnects(0x82, "0001 00 " + text + " 00"); // filter
        assertDisconnects(0xA2, "0001 00 " + text);
    }

    @Test
    void keepsAByteOrderMarkInAText() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect5("\uFEFFa", 30).read();
            assertThat(client.publish5(2, 1, "\uFEFFb", "00", OBSERVATION).read())
                    .isEqualTo("4003000110");
        }
        RejectedInput rejected = engine.records().rejected.get(0);
        assertThat(rejected.source()).isEqualTo("\uFEFFa");
        assertThat(rejected.topic()).isEqualTo("\uFEFFb");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c0 8000", "c0 808000", "32 8a00 0001 61 0001 00 7b7d", "c0 ffffffff7f"})
    void refusesALengthInMoreBytesThanNeeded(String packet) throws IOException {
        assertSends(packet, "e00181");
    }

    @ParameterizedTest
    @ValueSource(strings = {"000161 0001 8000 7b7d", "000161 0001 03 800101 7b7d"})
    void refusesPropertiesWhoseNumbersAreLongerThanNeeded(String body) throws IOException {
        assertDisconnects(0x32, body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"61", "63", "60", "83", "80", "a3", "a0", "c1", "e1", "41", "51", "71"})
    void refusesFlagsThatAreReserved(String first) throws IOException {
        assertSends(first + " 04 0001 0000", "e00181");
    }

    @Test
    void takesAMessageOfQos0WithoutAPacketIdentifier() throws Exception {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            client.publish5(0, 0, TOPIC, "00", OBSERVATION);
            assertThat(client.send("c000").read()).isEqualTo("d000");
        }
        await().untilAsserted(() -> assertThat(engine.records().observations).hasSize(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"32 06 000161 0000 00", "62 02 0000", "82 07 0000 00 000161 00", "a2 06 0000 00 000161"})
    void refusesPacketIdentifier0(String packet) throws IOException {
        assertSends(packet, "e00182");
    }

    @Test
    void answersWithTheIdentifierItWasSent() throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.publish5(2, 0xABCD, TOPIC, "00", OBSERVATION).read())
                    .isEqualTo("4002abcd");
            assertThat(client.send("62 02 fffe").read()).isEqualTo("7002fffe");
            assertThat(client.send("82 07 1234 00 000161 00").read()).isEqualTo("900412340087");
            assertThat(client.send("a2 06 4321 00 000161").read()).isEqualTo("b00443210011");
        }
    }

    @Test
    void needsALengthOfPropertiesAlsoWhereThereAreNone() throws IOException {
        assertDisconnects(0x32, "000161 0001"); // ends where the length must be
        assertEndsAtConnect("00044d515454 05 02 001e");
    }

    @Test
    void takesATopicOf65535BytesAndNoEmptyOne() throws Exception {
        try (Engine large = new Engine(BlockConfig.standard(), Engine.standard());
                RawClient client = large.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.publish5(2, 1, "x".repeat(65_535), "00", OBSERVATION)
                            .read())
                    .isEqualTo("4003000110");
            assertThat(client.publish5(2, 2, "", "00", OBSERVATION).read()).isEqualTo("e00182");
        }
    }

    private void assertEndsAtConnect(String body) throws IOException {
        try (RawClient client = engine.raw()) {
            client.send(RawClient.packet(0x10, hex(body)));
            assertThat(client.read()).as(body).isEqualTo(RawClient.CLOSED);
        }
    }

    private void assertDisconnects(int first, String body) throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            client.send(RawClient.packet(first, hex(body)));
            assertThat(client.read()).as(body).isEqualTo("e00181");
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    private void assertSends(String packet, String answer) throws IOException {
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            assertThat(client.send(packet).read()).isEqualTo(answer);
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    private static String counted(String properties) {
        return HexFormat.of().toHexDigits((byte) (properties.length() / 2)) + properties;
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
