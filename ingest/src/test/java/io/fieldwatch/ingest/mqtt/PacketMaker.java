package io.fieldwatch.ingest.mqtt;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Makes what a client may send out of a fuzzer's data: CONNECT and some packets behind it, each from its fields, which are
 * mostly right. Where one is wrong, it is so in a way that once brought down a broker.
 */
final class PacketMaker {

    private static final int PACKETS_MAX = 12;
    private static final int SCARS_MAX = 3;
    private static final String[] TEXTS = {
        "a",
        "",
        "fieldwatch/v1/traffic-flow/cam-1",
        "fieldwatch/v1/traffic-flow",
        "fieldwatch/v1/camera/cam-2/about",
        "fieldwatch/v1/nothing/x",
        "some/where",
        "a/+/b",
        "#",
        "$share/g/a",
        "$share//a",
        "$share/g/#",
        "$SYS/x",
        "////",
        "/",
        "../..",
        "__proto__",
        "Tô Hiệu",
        "\uFFFD",
        "\uD83D\uDEA6",
        "\u0000",
        "\u0001",
        "\uFFFF",
        "\uFDD0",
    };
    private static final byte[][] NO_TEXTS = {
        {(byte) 0xC0, (byte) 0x80},
        {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        {(byte) 0xE4, (byte) 0xB8},
        {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
        {(byte) 0xFF},
    };
    private static final String[] PAYLOADS = {
        "{\"intensity\":1}",
        "[{\"device\":\"cam-3\",\"intensity\":2},{\"device\":\"cam-4\",\"congested\":true}]",
        "{\"name\":\"N\",\"lat\":21.3,\"lon\":103.9}",
        "{}",
        "[]",
        "hello",
        "",
    };
    private static final int[] PROPERTIES = {
        0x01, 0x02, 0x03, 0x08, 0x09, 0x0B, 0x11, 0x12, 0x13, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1C, 0x1F, 0x21,
        0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x00, 0x2B, 0x7F,
    };

    /** Which of {@link #PROPERTIES} fit a packet; whatever it is, {@code 0x26} does. */
    private static final int[] FOR_CONNECT = {0x11, 0x15, 0x16, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27};

    private static final int[] FOR_PUBLISH = {0x01, 0x02, 0x03, 0x08, 0x09, 0x23, 0x23, 0x23, 0x26};
    private static final int[] FOR_WILL = {0x01, 0x02, 0x03, 0x08, 0x09, 0x18, 0x26};
    private static final int[] FOR_REASONED = {0x1F, 0x26};
    private static final int[] FOR_SUBSCRIBE = {0x0B, 0x26};
    private static final int[] FOR_DISCONNECT = {0x11, 0x1F, 0x26};
    private static final int[] REASONS = {0x00, 0x04, 0x10, 0x80, 0x81, 0x83, 0x87, 0x91, 0x92, 0x97, 0x99, 0xFF};

    private final FuzzedDataProvider data;
    private int version;

    PacketMaker(FuzzedDataProvider data) {
        this.data = data;
    }

    byte[] conversation() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        version = data.pickValue(new int[] {5, 5, 5, 4, 4, 3});
        if (!rarely()) {
            packet(all, 0x10, connect());
        }
        for (int packets = data.consumeInt(0, PACKETS_MAX); packets > 0 && data.remainingBytes() > 0; packets--) {
            another(all);
        }
        return scarred(all.toByteArray());
    }

    private void another(ByteArrayOutputStream all) {
        switch (data.consumeInt(0, 15)) {
            case 0 -> packet(all, data.consumeInt(0, 255), data.consumeBytes(20));
            case 1 -> packet(all, 0x10, connect());
            case 2, 3, 4, 5, 6, 7 -> publish(all);
            case 8 -> packet(all, 0x62, acknowledgement());
            case 9 -> packet(all, data.pickValue(new int[] {0x40, 0x50, 0x70}), acknowledgement());
            case 10 -> packet(all, 0x82, subscribe(true));
            case 11 -> packet(all, 0xA2, subscribe(false));
            case 12, 13 -> packet(all, 0xC0, new byte[0]);
            case 14 -> packet(all, 0xE0, disconnect());
            default -> packet(all, data.pickValue(new int[] {0x20, 0x90, 0xB0, 0xD0, 0xF0}), disconnect());
        }
    }

    private byte[] connect() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body, version == 3 ? "MQIsdp" : "MQTT");
        body.write(rarely() ? data.consumeByte() : version);
        int flags =
                rarely() ? data.consumeByte() & 0xFF : data.pickValue(new int[] {0x02, 0x00, 0x06, 0x0E, 0xC2, 0xC6});
        body.write(flags);
        two(body, data.pickValue(new int[] {30, 0, 1, 65_535}));
        properties(body, FOR_CONNECT);
        text(body);
        if ((flags & 0x04) != 0) {
            properties(body, FOR_WILL);
            text(body);
            binary(body);
        }
        if ((flags & 0x80) != 0) {
            text(body);
        }
        if ((flags & 0x40) != 0) {
            binary(body);
        }
        return body.toByteArray();
    }

    private void publish(ByteArrayOutputStream all) {
        int flags = rarely() ? data.consumeInt(0, 15) : data.pickValue(new int[] {0, 2, 2, 2, 4, 10, 12});
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body);
        if ((flags & 0x06) != 0) {
            packetId(body);
        }
        properties(body, FOR_PUBLISH);
        body.writeBytes(
                rarely() ? data.consumeBytes(100) : data.pickValue(PAYLOADS).getBytes(StandardCharsets.UTF_8));
        packet(all, 0x30 | flags, body.toByteArray());
    }

    private byte[] acknowledgement() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        packetId(body);
        if (version == 5 && data.consumeBoolean()) {
            body.write(data.pickValue(REASONS));
            if (data.consumeBoolean()) {
                properties(body, FOR_REASONED);
            }
        }
        return body.toByteArray();
    }

    private byte[] subscribe(boolean withOptions) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        packetId(body);
        properties(body, FOR_SUBSCRIBE);
        for (int filters = data.consumeInt(0, 4); filters > 0; filters--) {
            text(body);
            if (withOptions) {
                body.write(rarely() ? data.consumeByte() : data.consumeInt(0, 2));
            }
        }
        return body.toByteArray();
    }

    private byte[] disconnect() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (version == 5 && data.consumeBoolean()) {
            body.write(data.pickValue(REASONS));
            if (data.consumeBoolean()) {
                properties(body, FOR_DISCONNECT);
            }
        }
        return body.toByteArray();
    }

    private void properties(ByteArrayOutputStream body, int[] fitting) {
        if (version < 5) {
            return;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int count = rarely() ? data.consumeInt(0, 60) : data.consumeInt(0, 2);
        for (; count > 0; count--) {
            property(all, data.pickValue(rarely() ? PROPERTIES : fitting));
        }
        variable(body, all.size() + fault());
        body.writeBytes(all.toByteArray());
    }

    private void property(ByteArrayOutputStream all, int id) {
        all.write(id);
        switch (id) {
            case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A -> all.write(data.consumeInt(0, rarely() ? 255 : 1));
            case 0x13, 0x21, 0x22, 0x23 -> two(all, data.consumeInt(0, rarely() ? 65_535 : 17));
            case 0x02, 0x11, 0x18, 0x27 -> {
                two(all, data.pickValue(new int[] {0, 0, 0x7FFF, 0xFFFF}));
                two(all, data.consumeInt(0, 65_535));
            }
            case 0x0B -> variable(all, data.consumeInt(0, 268_435_455));
            case 0x09, 0x16 -> binary(all);
            case 0x26 -> {
                text(all);
                text(all);
            }
            default -> text(all);
        }
    }

    /** With the length that is right, or one near it, and rarely in more bytes than needed. */
    private void packet(ByteArrayOutputStream all, int first, byte[] body) {
        all.write(rarely() ? first ^ 1 << data.consumeInt(0, 7) : first);
        variable(all, Math.max(0, body.length + fault()));
        all.writeBytes(body);
    }

    private void variable(ByteArrayOutputStream out, int value) {
        int left = Math.max(0, value);
        do {
            int digit = left & 0x7F;
            left >>>= 7;
            out.write(left > 0 ? digit | 0x80 : digit);
        } while (left > 0);
        if (veryRarely()) {
            out.write(0x80);
            out.write(0x00);
        }
    }

    private void text(ByteArrayOutputStream out) {
        if (rarely()) {
            counted(out, rarely() ? data.pickValue(NO_TEXTS) : data.consumeBytes(300));
        } else {
            text(out, data.pickValue(TEXTS));
        }
    }

    private void text(ByteArrayOutputStream out, String text) {
        counted(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private void binary(ByteArrayOutputStream out) {
        counted(out, data.consumeBytes(10));
    }

    private void counted(ByteArrayOutputStream out, byte[] bytes) {
        two(out, Math.max(0, bytes.length + fault()));
        out.writeBytes(bytes);
    }

    private void packetId(ByteArrayOutputStream out) {
        two(out, rarely() ? data.consumeInt(0, 65_535) : data.consumeInt(1, 8));
    }

    private static void two(ByteArrayOutputStream out, int value) {
        out.write(value >> 8);
        out.write(value);
    }

    /** What is added to a length: mostly nothing. */
    private int fault() {
        return veryRarely() ? data.pickValue(new int[] {-1, 1, 2, -2, 127, 16_384, 2_097_152}) : 0;
    }

    /** Some bytes changed, whatever they mean. */
    private byte[] scarred(byte[] bytes) {
        for (int scars = rarely() ? data.consumeInt(0, SCARS_MAX) : 0; scars > 0 && bytes.length > 0; scars--) {
            bytes[data.consumeInt(0, bytes.length - 1)] = data.consumeByte();
        }
        return bytes;
    }

    private boolean rarely() {
        return data.consumeInt(0, 15) == 15;
    }

    private boolean veryRarely() {
        return data.consumeInt(0, 255) == 255;
    }
}
