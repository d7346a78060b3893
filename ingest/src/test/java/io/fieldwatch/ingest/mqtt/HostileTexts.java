package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Names and topics that are no texts, or try to be more than that. */
final class HostileTexts {

    /** Overlong, half a surrogate pair, cut off, beyond Unicode, a lone continuation, U+0000. */
    private static final List<String> BROKEN =
            List.of("c0af", "eda080", "e1bb", "f4908080", "80", "61c3", "fe", "6100", "c080");

    private HostileTexts() {}

    static List<HostileInput> all() {
        return List.of(
                HostileInput.of(
                        21, "ill-formed UTF-8", t -> broken(t, BROKEN), Ending.NOT_MQTT, Ending.MALFORMED_PACKET),
                HostileInput.of(
                        22,
                        "U+0000",
                        t -> broken(t, List.of("00", "610062")),
                        Ending.NOT_MQTT,
                        Ending.MALFORMED_PACKET),
                HostileInput.of(23, "client ids that look like something", HostileTexts::clientIds, Ending.NOT_MQTT),
                HostileInput.of(24, "user names with wildcards", HostileTexts::usernames, Ending.BAD_CREDENTIALS),
                HostileInput.of(
                        25,
                        "an empty topic without alias",
                        t -> t.disconnects("32 07 0000 0001 00 7b7d", 0x82),
                        Ending.PROTOCOL_ERROR),
                HostileInput.of(26, "impossible and endless topics", HostileTexts::topics, Ending.MALFORMED_PACKET),
                HostileInput.of(
                        27,
                        "topic aliases out of range",
                        HostileTexts::aliases,
                        Ending.TOPIC_ALIAS_INVALID,
                        Ending.PROTOCOL_ERROR),
                HostileInput.of(
                        28,
                        "wills that must not be",
                        HostileTexts::wills,
                        Ending.WILL_NOT_AUTHORIZED,
                        Ending.NOT_MQTT));
    }

    private static void broken(HostileTarget target, List<String> texts) throws IOException {
        for (String hex : texts) {
            byte[] text = counted(HexFormat.of().parseHex(hex));
            byte[] head3 = HexFormat.of().parseHex("00044d5154540402003c");
            byte[] headUser = HexFormat.of().parseHex("00044d5154540482003c");
            target.closes(RawClient.packet(0x10, head3, text));
            target.closes(RawClient.packet(0x10, headUser, RawClient.text("id"), text));
            target.disconnects(RawClient.packet(0x32, text, new byte[] {0, 1, 0}), 0x81);
            byte[] property = HostilePackets.properties("03" + HexFormat.of().formatHex(text));
            target.disconnects(HostilePackets.publish(property, "{}"), 0x81);
        }
    }

    private static void clientIds(HostileTarget target) throws IOException {
        List<RawClient> clients = new ArrayList<>();
        for (String id : List.of(
                "#",
                "+",
                "$SYS/x",
                "../..",
                "__proto__",
                "constructor",
                "a/b",
                "A/B",
                "é",
                "e\u0301",
                "\uFFFD",
                "%u",
                "'; --")) {
            clients.add(target.three(id));
        }
        for (RawClient client : clients) {
            assertThat(client.send("c000").read()).isEqualTo("d000"); // nobody has taken anybody's place
            client.close();
        }
        target.closes(RawClient.packet(
                0x10, HexFormat.of().parseHex("00044d5154540402003c"), RawClient.text("x".repeat(65_535))));
        target.closes(
                RawClient.packet(0x10, HexFormat.of().parseHex("00044d5154540402003c"), counted(new byte[] {-1})));
        target.closes(
                RawClient.packet(0x10, HexFormat.of().parseHex("00044d5154540402003c"), counted(new byte[] {-2})));
    }

    private static void usernames(HostileTarget target) throws IOException {
        for (String name :
                List.of("%u", "%c", "#", "+", "traffic-flow/+", "traffic-flow/#", "../traffic-flow/cam-1", "*")) {
            try (RawClient client = target.raw()) {
                assertThat(client.send(login(name, HostileTarget.TOKEN)).read()).matches("20020004|20020003");
                assertThat(client.read()).isEqualTo(RawClient.CLOSED);
            }
        }
    }

    private static void topics(HostileTarget target) throws IOException {
        for (String topic : List.of("a/+", "#", "a/#/b", "fieldwatch/v1/+/cam-1")) {
            target.disconnects(RawClient.packet(0x32, RawClient.text(topic), new byte[] {0, 1, 0}), 0x81);
        }
        try (RawClient client = target.five("topics")) {
            for (String topic : List.of("$SYS/broker", "/".repeat(32_767), "x".repeat(65_535), "fieldwatch/v1/../x")) {
                client.send(RawClient.packet(0x32, RawClient.text(topic), new byte[] {0, 1, 0}));
                assertThat(client.read()).matches("40030001(10|90)");
            }
        }
    }

    private static void aliases(HostileTarget target) throws IOException {
        target.disconnects(HostilePackets.publish(HostilePackets.properties("230000"), "{}"), 0x94);
        target.disconnects(HostilePackets.publish(HostilePackets.properties("230011"), "{}"), 0x94);
        try (RawClient client = target.five("alias")) {
            client.send(HostilePackets.publish(HostilePackets.properties("230001"), HostileTarget.OBSERVATION));
            assertThat(client.read()).isEqualTo("40020001");
        }
        target.disconnects("32 08 0000 0001 03 230001", 0x82); // of a connection that is over
    }

    private static void wills(HostileTarget target) throws IOException {
        byte[] will = RawClient.packet(
                0x10,
                HexFormat.of().parseHex("00044d51545404c6003c"),
                RawClient.text("will"),
                RawClient.text("fieldwatch/v1/traffic-flow/cam-2"),
                RawClient.text("bye"),
                RawClient.text(HostileTarget.USER),
                RawClient.text(HostileTarget.TOKEN));
        try (RawClient client = target.raw()) {
            assertThat(client.send(will).read()).isEqualTo("20020005");
        }
        target.closes("10 14 0004 4d515454 04 1e 003c 0001 61 0001 74 0001 70"); // QoS 3
        target.closes(RawClient.packet(
                0x10,
                HexFormat.of().parseHex("00044d5154540406003c"),
                RawClient.text("a"),
                RawClient.text("t"),
                RawClient.text("p".repeat(65_535))));
        target.closes("10 17 0004 4d515454 05 06 003c 00 0001 61 03 210001 0001 74 0001 70"); // not a will's property
        RawClient killed = target.raw();
        killed.send("10 13 0004 4d515454 04 06 003c 0001 61 0001 74 0001 70");
        assertThat(killed.read()).isEqualTo("20020000");
        killed.reset();
    }

    static byte[] login(String username, String password) throws IOException {
        return RawClient.packet(
                0x10,
                HexFormat.of().parseHex("00044d51545404c2003c"),
                RawClient.text("login"),
                RawClient.text(username),
                RawClient.text(password));
    }

    private static byte[] counted(byte[] bytes) {
        byte[] counted = new byte[bytes.length + 2];
        counted[1] = (byte) bytes.length;
        System.arraycopy(bytes, 0, counted, 2, bytes.length);
        return counted;
    }
}
