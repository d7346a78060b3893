package io.fieldwatch.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Reads the body of one packet, from behind its remaining length to its end and never beyond. Everything that is not as
 * MQTT 5 section 1.5 says is {@link Ending#MALFORMED_PACKET}, thrown. Used again for packet after packet of one event
 * loop; allocates only where it answers with an object.
 */
final class Body {

    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private int at;
    private int end;

    /** Begins with a packet. */
    Body of(ByteBuf buffer, int from, int to) {
        in = buffer;
        at = from;
        end = to;
        return this;
    }

    /** The buffer and the index that is read next, for who compares bytes in place. */
    ByteBuf buffer() {
        return in;
    }

    int at() {
        return at;
    }

    int left() {
        return end - at;
    }

    /** Lets no more be read than so many bytes from here; answers what {@link #limitTo} takes to end that. */
    int limit(int bytes) {
        need(bytes);
        int before = end;
        end = at + bytes;
        return before;
    }

    void limitTo(int before) {
        end = before;
    }

    /** Moves on by so many bytes. */
    void skip(int bytes) {
        need(bytes);
        at += bytes;
    }

    int u8() {
        need(1);
        return in.getUnsignedByte(at++);
    }

    int u16() {
        need(2);
        int value = in.getUnsignedShort(at);
        at += 2;
        return value;
    }

    long u32() {
        need(4);
        long value = in.getUnsignedInt(at);
        at += 4;
        return value;
    }

    /** A packet identifier; 0 is none (2.2.1-3). */
    int packetId() {
        int id = u16();
        if (id == 0) {
            throw Ending.PROTOCOL_ERROR.violation;
        }
        return id;
    }

    /** A variable byte integer of at most four bytes, in the fewest bytes that can hold it (1.5.5-1). */
    int variableInteger() {
        int value = 0;
        for (int shift = 0; shift <= 21; shift += 7) {
            int digit = u8();
            value |= (digit & 0x7F) << shift;
            if (digit < 0x80) {
                if (digit == 0 && shift > 0) {
                    throw Ending.MALFORMED_PACKET.violation;
                }
                return value;
            }
        }
        throw Ending.MALFORMED_PACKET.violation;
    }

    /** A string, checked. */
    String text() {
        int length = u16();
        int from = at;
        skipText(length);
        return in.toString(from, length, StandardCharsets.UTF_8);
    }

    /** Checks a string and keeps nothing. */
    void skipText() {
        skipText(u16());
    }

    byte[] binary() {
        int length = u16();
        need(length);
        byte[] bytes = new byte[length];
        in.getBytes(at, bytes);
        at += length;
        return bytes;
    }

    void skipBinary() {
        skip(u16());
    }

    /** Nothing may be left (a packet that is longer than its fields is malformed). */
    void finish() {
        if (at != end) {
            throw Ending.MALFORMED_PACKET.violation;
        }
    }

    private void skipText(int length) {
        need(length);
        if (!Utf8.valid(in, at, at + length)) {
            throw Ending.MALFORMED_PACKET.violation;
        }
        at += length;
    }

    private void need(int bytes) {
        if (end - at < bytes) {
            throw Ending.MALFORMED_PACKET.violation;
        }
    }
}
