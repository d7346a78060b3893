package io.fieldwatch.simulator.load;

import io.fieldwatch.simulator.ledger.Ledger;
import io.fieldwatch.telemetry.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT packets of one connection. A message's bytes follow from the connection's number and the message's: the same
 * each time they are made.
 */
final class LoadPackets {

    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final int RECEIVE_MAXIMUM = 0x21;
    private static final byte[] NO_NAME = new byte[0];

    private final LoadPlan plan;
    private final Payloads payloads;
    private final int number;
    private final byte[] topic;
    private final String device;
    private final LoadCredentials.@Nullable Login login;
    /** Of a gateway's devices. */
    private final byte[][] names;

    LoadPackets(LoadPlan plan, Payloads payloads, int number, LoadCredentials.@Nullable Login login) {
        this.plan = plan;
        this.payloads = payloads;
        this.number = number;
        this.login = login;
        this.device = login == null ? String.format("load-%06d", number) : login.device();
        boolean isGateway = plan.config().devicesEach() > 1;
        String kind = "fieldwatch/v1/" + plan.kind().name();
        this.topic = (isGateway ? kind : kind + "/" + device).getBytes(StandardCharsets.UTF_8);
        this.names = new byte[isGateway ? plan.config().devicesEach() : 0][];
        for (int i = 0; i < names.length; i++) {
            names[i] = String.format("%s-%04d", device, i).getBytes(StandardCharsets.UTF_8);
        }
    }

    ByteBuf connect(ByteBufAllocator allocator) {
        boolean isVersion5 = plan.config().version() == 5;
        byte[] id = device.getBytes(StandardCharsets.UTF_8);
        byte[] user = login == null ? NO_NAME : login.username().getBytes(StandardCharsets.UTF_8);
        byte[] token = login == null ? NO_NAME : login.token().getBytes(StandardCharsets.UTF_8);
        ByteBuf body = allocator.buffer(64);
        body.writeShort(4).writeInt(0x4D515454).writeByte(plan.config().version());
        body.writeByte(login == null ? 0x02 : 0xC2).writeShort(KEEP_ALIVE_SECONDS);
        if (isVersion5) {
            body.writeByte(0);
        }
        body.writeShort(id.length).writeBytes(id);
        if (login != null) {
            body.writeShort(user.length)
                    .writeBytes(user)
                    .writeShort(token.length)
                    .writeBytes(token);
        }
        ByteBuf packet = allocator.buffer(5 + body.readableBytes()).writeByte(0x10);
        writeLength(packet, body.readableBytes());
        packet.writeBytes(body);
        body.release();
        return packet;
    }

    ByteBuf disconnect(ByteBufAllocator allocator) {
        return allocator.buffer(2).writeByte(0xE0).writeByte(0);
    }

    ByteBuf ping(ByteBufAllocator allocator) {
        return allocator.buffer(2).writeByte(0xC0).writeByte(0);
    }

    /** The receive maximum that a CONNACK of MQTT 5 declares, or the standard's own. */
    int receiveMaximum(ByteBuf in, int from, int to) {
        if (plan.config().version() < 5) {
            return 65_535;
        }
        int at = from + 1; // behind the properties' length, one byte
        while (at < to) {
            int id = in.getUnsignedByte(at);
            if (id == RECEIVE_MAXIMUM) {
                return in.getUnsignedShort(at + 1);
            }
            at += 1
                    + switch (id) {
                        case 0x11, 0x27 -> 4;
                        case 0x13, 0x21, 0x22 -> 2;
                        case 0x24, 0x25, 0x28, 0x29, 0x2A -> 1;
                        case 0x26 -> { // a pair of texts
                            int key = 2 + in.getUnsignedShort(at + 1);
                            yield key + 2 + in.getUnsignedShort(at + 1 + key);
                        }
                        default -> 2 + in.getUnsignedShort(at + 1); // a text
                    };
        }
        return 65_535;
    }

    /** Room for some messages. */
    int bytesMax() {
        return 64 + topic.length + plan.config().batch() * (payloads.bytes(NO_NAME, 0) + 48);
    }

    void publish(ByteBuf out, long message, int packetId) {
        int qos = plan.config().qos();
        int batch = plan.config().batch();
        boolean isArray = batch > 1 || plan.config().devicesEach() > 1;
        int length = 2 + topic.length + (qos > 0 ? 2 : 0) + (plan.config().version() == 5 ? 1 : 0);
        length += isArray ? 1 + batch : 0;
        for (int i = 0; i < batch; i++) {
            length += payloads.bytes(name(message, i), variant(message, i));
        }
        out.writeByte(0x30 | qos << 1);
        writeLength(out, length);
        out.writeShort(topic.length).writeBytes(topic);
        if (qos > 0) {
            out.writeShort(packetId);
        }
        if (plan.config().version() == 5) {
            out.writeByte(0);
        }
        for (int i = 0; i < batch; i++) {
            if (isArray) {
                out.writeByte(i == 0 ? '[' : ',');
            }
            payloads.write(out, name(message, i), plan.timeMicros(number, message, i), variant(message, i));
        }
        if (isArray) {
            out.writeByte(']');
        }
    }

    /** Writes a message's observations into the ledger; answers the number of the first. */
    long invoke(Ledger ledger, long message) throws IOException {
        Kind kind = plan.kind();
        int batch = plan.config().batch();
        long[] times = new long[batch];
        List<byte[]> objects = new ArrayList<>(batch);
        for (int i = 0; i < batch; i++) {
            times[i] = plan.timeMicros(number, message, i);
            ByteBuf object = Unpooled.buffer(payloads.bytes(NO_NAME, variant(message, i)));
            payloads.write(object, NO_NAME, times[i], variant(message, i));
            byte[] bytes = new byte[object.readableBytes()];
            object.readBytes(bytes);
            objects.add(bytes);
        }
        return ledger.invoked(kind, device, times, objects);
    }

    private byte[] name(long message, int i) {
        return names.length == 0
                ? NO_NAME
                : names[(int) ((message * plan.config().batch() + i) % names.length)];
    }

    private int variant(long message, int i) {
        return (int) (message * 31 + i * 7L + number);
    }

    private static void writeLength(ByteBuf out, int length) {
        int left = length;
        do {
            int digit = left & 0x7F;
            left >>>= 7;
            out.writeByte(left > 0 ? digit | 0x80 : digit);
        } while (left > 0);
    }
}
