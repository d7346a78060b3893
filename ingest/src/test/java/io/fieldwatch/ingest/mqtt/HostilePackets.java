package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.ingest.IngestMetric;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Packets that are none: lengths, flags, order, properties. */
final class HostilePackets {

    private static final HexFormat HEX = HexFormat.of();

    /** Every property of MQTT 5 with a value of its type. */
    private static final Map<Integer, String> PROPERTIES = Map.ofEntries(
            Map.entry(0x01, "01"),
            Map.entry(0x02, "00000001"),
            Map.entry(0x03, "000161"),
            Map.entry(0x08, "000161"),
            Map.entry(0x09, "000161"),
            Map.entry(0x0B, "01"),
            Map.entry(0x11, "00000001"),
            Map.entry(0x12, "000161"),
            Map.entry(0x13, "0001"),
            Map.entry(0x15, "000161"),
            Map.entry(0x16, "000161"),
            Map.entry(0x17, "01"),
            Map.entry(0x18, "00000001"),
            Map.entry(0x19, "01"),
            Map.entry(0x1A, "000161"),
            Map.entry(0x1C, "000161"),
            Map.entry(0x1F, "000161"),
            Map.entry(0x21, "0001"),
            Map.entry(0x22, "0001"),
            Map.entry(0x23, "0001"),
            Map.entry(0x24, "01"),
            Map.entry(0x25, "01"),
            Map.entry(0x26, "000161000162"),
            Map.entry(0x27, "00001000"),
            Map.entry(0x28, "01"),
            Map.entry(0x29, "01"),
            Map.entry(0x2A, "01"));

    private HostilePackets() {}

    static List<HostileInput> all() {
        return List.of(
                HostileInput.of(8, "the longest length before CONNECT", t -> t.closes("10 ffffff7f"), Ending.NOT_MQTT),
                HostileInput.of(
                        9,
                        "the longest length and one byte",
                        t -> t.disconnects("30 ffffff7f 00", 0x95),
                        Ending.PACKET_TOO_LARGE),
                HostileInput.of(
                        10,
                        "a length of five bytes",
                        t -> t.disconnects("30 ffffffff7f", 0x81),
                        Ending.MALFORMED_PACKET),
                HostileInput.of(
                        11,
                        "a length longer than needed",
                        t -> t.disconnects("c0 8000", 0x81),
                        Ending.MALFORMED_PACKET),
                HostileInput.of(
                        12,
                        "reserved type and flags",
                        HostilePackets::reserved,
                        Ending.MALFORMED_PACKET,
                        Ending.PROTOCOL_ERROR),
                HostileInput.of(13, "something before CONNECT", HostilePackets::notConnectFirst, Ending.NOT_MQTT),
                HostileInput.of(14, "CONNECT twice", HostilePackets::connectTwice, Ending.PROTOCOL_ERROR),
                HostileInput.of(
                        15,
                        "strange protocol names",
                        HostilePackets::protocolNames,
                        Ending.NOT_MQTT,
                        Ending.UNSUPPORTED_PROTOCOL_VERSION),
                HostileInput.of(
                        16,
                        "properties longer than the packet",
                        t -> t.disconnects("32 08 0001 61 0001 7f 0101", 0x81),
                        Ending.MALFORMED_PACKET),
                HostileInput.of(17, "very many properties", HostilePackets::manyProperties, Ending.PROTOCOL_ERROR),
                HostileInput.of(
                        18,
                        "a property twice",
                        t -> t.disconnects("32 0a 0001 61 0001 04 0101 0100", 0x82),
                        Ending.PROTOCOL_ERROR),
                HostileInput.of(
                        19,
                        "properties of other packets",
                        HostilePackets::foreignProperties,
                        Ending.PROTOCOL_ERROR,
                        Ending.NOT_MQTT),
                HostileInput.of(20, "long properties that end in 01 01", HostilePackets::longProperties),
                HostileInput.of(
                        29,
                        "QoS 3, DUP at QoS 0, id 0",
                        HostilePackets::qosAndIds,
                        Ending.MALFORMED_PACKET,
                        Ending.PROTOCOL_ERROR),
                HostileInput.of(33, "acknowledgements of nothing", HostilePackets::unsolicited, Ending.PROTOCOL_ERROR),
                HostileInput.of(34, "SUBSCRIBE of all kinds", HostilePackets::subscribe, Ending.MALFORMED_PACKET));
    }

    private static void reserved(HostileTarget target) throws IOException {
        target.disconnects("00 00", 0x82);
        target.disconnects("c1 00", 0x81);
        target.disconnects("80 06 0001 00 0001 61", 0x81);
        target.disconnects("60 02 0001", 0x81);
    }

    private static void notConnectFirst(HostileTarget target) throws IOException {
        for (String first :
                List.of("30 05 0001 61 7b7d", "c000", "2002 0000", "e000", "f000", "8206 0001 0001 61 00")) {
            target.closes(first);
        }
    }

    private static void connectTwice(HostileTarget target) throws IOException {
        try (RawClient client = target.five("twice")) {
            assertThat(client.connect5("twice", 60).read()).isEqualTo("e00182");
        }
    }

    private static void protocolNames(HostileTarget target) throws IOException {
        target.closes(RawClient.packet(0x10, RawClient.text("M".repeat(65_535)), HEX.parseHex("040200000000")));
        target.closes(RawClient.packet(0x10, RawClient.text("MQTTX"), HEX.parseHex("040200000000")));
        try (RawClient client = target.raw()) {
            client.send(RawClient.packet(0x10, RawClient.text("MQIsdp"), HEX.parseHex("0502003c000161")));
            assertThat(client.read()).isEqualTo("20020001");
        }
    }

    private static void manyProperties(HostileTarget target) throws IOException {
        target.disconnects(publish(properties("0101".repeat(32_768)), ""), 0x82);
        try (RawClient client = target.five("user-properties")) {
            client.send(publish(properties("26000161000162".repeat(10_000)), HostileTarget.OBSERVATION));
            assertThat(client.read()).isEqualTo("40020001");
        }
    }

    /** Each of the 27 in each packet of a client, with the answer that the standard's table of properties leads to. */
    private static void foreignProperties(HostileTarget target) throws IOException {
        for (Map.Entry<Integer, String> property : PROPERTIES.entrySet()) {
            int id = property.getKey();
            byte[] some = properties(String.format("%02x", id) + property.getValue());
            byte[] packetId = {0, 1};
            expect(
                    target,
                    publish(some, HostileTarget.OBSERVATION),
                    Set.of(0x01, 0x02, 0x03, 0x08, 0x09, 0x0B, 0x23, 0x26).contains(id) ? "40020001" : "e00182");
            expect(
                    target,
                    RawClient.packet(0x82, packetId, some, RawClient.text("a"), new byte[] {0}),
                    id == 0x26 ? "900400010087" : id == 0x0B ? "e001a1" : "e00181");
            expect(
                    target,
                    RawClient.packet(0xA2, packetId, some, RawClient.text("a")),
                    id == 0x26 ? "b00400010011" : "e00181");
            boolean isReason = id == 0x1F || id == 0x26;
            expect(target, RawClient.packet(0x40, packetId, new byte[] {0}, some), isReason ? "d000" : "e00182");
            expect(target, RawClient.packet(0x62, packetId, new byte[] {0}, some), isReason ? "70020001" : "e00182");
            expect(
                    target,
                    RawClient.packet(0xE0, new byte[] {0}, some),
                    isReason || id == 0x1C ? RawClient.CLOSED : "e00182");
            try (RawClient client = target.raw()) {
                client.send(
                        RawClient.packet(0x10, HEX.parseHex("00044d5154540502003c"), some, RawClient.text("foreign")));
                String expected =
                        Set.of(0x11, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27).contains(id)
                                ? "201d0000.*"
                                : id == 0x15 ? "2003008c00" : RawClient.CLOSED;
                assertThat(client.read()).as("CONNECT with %02x", id).matches(expected);
            }
        }
    }

    /** Behind a packet that has no answer goes a ping. */
    private static void expect(HostileTarget target, byte[] packet, String answer) throws IOException {
        try (RawClient client = target.five("foreign")) {
            client.send(packet);
            if (answer.equals("d000")) {
                client.send("c000");
            }
            assertThat(client.read()).as("%s", HEX.formatHex(packet)).isEqualTo(answer);
        }
    }

    private static void longProperties(HostileTarget target) throws IOException {
        long accepted = target.metric(IngestMetric.OBSERVATIONS_ACCEPTED);
        String pair =
                "26" + HEX.formatHex(RawClient.text("k".repeat(70))) + HEX.formatHex(RawClient.text("v".repeat(70)));
        try (RawClient client = target.five("long-properties")) {
            client.send(publish(properties(pair + "0101"), HostileTarget.OBSERVATION));
            assertThat(client.read()).isEqualTo("40020001");
        }
        assertThat(target.metric(IngestMetric.OBSERVATIONS_ACCEPTED)).isGreaterThan(accepted);
    }

    private static void qosAndIds(HostileTarget target) throws IOException {
        target.disconnects("36 08 0001 61 0001 00 7b7d", 0x81);
        target.disconnects("38 06 0001 61 00 7b7d", 0x81);
        target.disconnects("32 08 0001 61 0000 00 7b7d", 0x82);
    }

    private static void unsolicited(HostileTarget target) throws IOException {
        try (RawClient client = target.five("ignored")) {
            client.send("40 02 0001 70 02 0001 50 02 0007 62 02 0008 c000");
            assertThat(client.read()).isEqualTo("62020007");
            assertThat(client.read()).isEqualTo("70020008");
            assertThat(client.read()).isEqualTo("d000");
        }
        target.disconnects("90 04 0001 00 00", 0x82);
        target.disconnects("f0 00", 0x82);
        target.disconnects("b0 04 0001 00 00", 0x82);
    }

    private static void subscribe(HostileTarget target) throws IOException {
        byte[] filters = HEX.parseHex("00016100".repeat(10_000));
        try (RawClient client = target.five("subscriber")) {
            String answer = client.send(RawClient.packet(0x82, new byte[] {0, 1, 0}, filters))
                    .read();
            assertThat(answer).hasSize(2 * (3 + 3 + 10_000)).endsWith("8787");
        }
        target.disconnects("82 03 0001 00", 0x81);
        target.disconnects("82 07 0001 00 0001 61 c0", 0x81);
        target.disconnects("82 06 0001 00 0000 00", 0x81);
    }

    static byte[] publish(byte[] properties, String payload) throws IOException {
        return RawClient.packet(
                0x32,
                RawClient.text(HostileTarget.TOPIC),
                new byte[] {0, 1},
                properties,
                payload.getBytes(StandardCharsets.UTF_8));
    }

    /** With their length. */
    static byte[] properties(String hex) {
        byte[] bytes = HEX.parseHex(hex);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int left = bytes.length;
        do {
            out.write(left > 127 ? (left & 0x7F) | 0x80 : left);
            left >>= 7;
        } while (left > 0);
        out.writeBytes(bytes);
        return out.toByteArray();
    }
}
