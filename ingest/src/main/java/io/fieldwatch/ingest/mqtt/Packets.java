package io.fieldwatch.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The packets this endpoint sends, except acknowledgements, which {@link Answers} gathers. */
final class Packets {

    static final int TOPIC_ALIAS_MAXIMUM = 16;

    private static final int CONNACK = 0x20;
    private static final int SUBACK = 0x90;
    private static final int UNSUBACK = 0xB0;
    private static final int PINGRESP = 0xD0;
    private static final int DISCONNECT = 0xE0;

    private static final int NO_SUBSCRIPTION_EXISTED = 0x11;
    private static final int NOT_AUTHORIZED = 0x87;
    private static final int SUBSCRIPTION_FAILED_3 = 0x80;

    private Packets() {}

    /** CONNACK that refuses; in MQTT 5 without properties. */
    static ByteBuf refusal(ByteBufAllocator allocator, Ending reason, boolean inVersion5) {
        if (!inVersion5) {
            return connAck3(allocator, reason.connAckCode3());
        }
        return allocator
                .buffer(5)
                .writeByte(CONNACK)
                .writeByte(3)
                .writeByte(0)
                .writeByte(reason.code())
                .writeByte(0);
    }

    /**
     * CONNACK that accepts. In MQTT 5 it declares what an endpoint without subscribers and sessions has (section 3.2.2.3).
     */
    static ByteBuf connAck(ByteBufAllocator allocator, MqttConfig config, ConnectPacket connect, Admission admission) {
        if (!connect.isVersion5()) {
            return connAck3(allocator, 0);
        }
        ByteBuf properties = allocator.buffer(96);
        try {
            properties.writeByte(0x21).writeShort(config.receiveMaximum());
            properties.writeByte(0x22).writeShort(TOPIC_ALIAS_MAXIMUM);
            properties.writeByte(0x24).writeByte(1); // Maximum QoS
            properties.writeByte(0x25).writeByte(0); // Retain Available
            properties.writeByte(0x27).writeInt(config.packetBytesMax());
            properties.writeByte(0x28).writeByte(0); // Wildcard Subscription Available
            properties.writeByte(0x29).writeByte(0); // Subscription Identifiers Available
            properties.writeByte(0x2A).writeByte(0); // Shared Subscription Available
            properties.writeByte(0x11).writeInt(0); // Session Expiry Interval
            if (admission.serverKeepAliveSeconds() > 0) {
                properties.writeByte(0x13).writeShort(admission.serverKeepAliveSeconds());
            }
            if (connect.clientId().isEmpty()) { // Assigned Client Identifier
                byte[] id = admission.clientId().getBytes(StandardCharsets.UTF_8);
                properties.writeByte(0x12).writeShort(id.length).writeBytes(id);
            }
            int length = properties.readableBytes(); // below 128: one byte says it
            return allocator
                    .buffer(5 + length)
                    .writeByte(CONNACK)
                    .writeByte(3 + length)
                    .writeByte(0)
                    .writeByte(0)
                    .writeByte(length)
                    .writeBytes(properties);
        } finally {
            properties.release();
        }
    }

    /** CONNACK of 3.1.1: Session Present is always 0. */
    private static ByteBuf connAck3(ByteBufAllocator allocator, int code) {
        return allocator.buffer(4).writeByte(CONNACK).writeByte(2).writeByte(0).writeByte(code);
    }

    static ByteBuf disconnect(ByteBufAllocator allocator, int reason) {
        return allocator.buffer(3).writeByte(DISCONNECT).writeByte(1).writeByte(reason);
    }

    static ByteBuf pingResp(ByteBufAllocator allocator) {
        return allocator.buffer(2).writeByte(PINGRESP).writeByte(0);
    }

    /** Refuses every filter. */
    static ByteBuf subAck(ByteBufAllocator allocator, boolean isVersion5, int packetId, int filters) {
        int code = isVersion5 ? NOT_AUTHORIZED : SUBSCRIPTION_FAILED_3;
        return codes(allocator, SUBACK, isVersion5, packetId, filters, code);
    }

    /** The codes are sent by MQTT 5 only; 3.1.1 has none. */
    static ByteBuf unsubAck(ByteBufAllocator allocator, boolean isVersion5, int packetId, int filters) {
        return codes(allocator, UNSUBACK, isVersion5, packetId, isVersion5 ? filters : 0, NO_SUBSCRIPTION_EXISTED);
    }

    private static ByteBuf codes(
            ByteBufAllocator allocator, int type, boolean isVersion5, int packetId, int count, int code) {
        int length = 2 + (isVersion5 ? 1 : 0) + count;
        ByteBuf packet = allocator.buffer(5 + length).writeByte(type);
        int left = length;
        do {
            int digit = left & 0x7F;
            left >>>= 7;
            packet.writeByte(left > 0 ? digit | 0x80 : digit);
        } while (left > 0);
        packet.writeShort(packetId);
        if (isVersion5) {
            packet.writeByte(0);
        }
        byte[] all = new byte[count];
        Arrays.fill(all, (byte) code);
        return packet.writeBytes(all);
    }
}
