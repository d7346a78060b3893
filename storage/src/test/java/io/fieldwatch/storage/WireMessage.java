package io.fieldwatch.storage;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One message of the PostgreSQL protocol, version 3; reused for the next one. */
final class WireMessage {

    private static final int LENGTH_MAX = 64 << 20;
    private static final int TYPED_HEADER = 5;

    /** As it came, header and all. */
    private byte[] bytes = new byte[64 << 10];

    private int length;
    private boolean typed;

    /** @return false at the end of the stream */
    boolean read(DataInputStream in) throws IOException {
        int type = in.read();
        if (type < 0) {
            return false;
        }
        typed = true;
        bytes[0] = (byte) type;
        readBody(in, 1);
        return true;
    }

    /** The first message of a connection has no type. */
    void readStartup(DataInputStream in) throws IOException {
        typed = false;
        readBody(in, 0);
    }

    void write(OutputStream out) throws IOException {
        out.write(bytes, 0, length);
    }

    char type() {
        return (char) bytes[0];
    }

    int intAt(int offset) {
        return ByteBuffer.wrap(bytes, body(), length - body()).getInt(body() + offset);
    }

    char charAt(int offset) {
        return (char) bytes[body() + offset];
    }

    /** The zero-terminated string at an offset of the body. */
    String textAt(int offset) {
        return new String(bytes, body() + offset, textLength(offset), StandardCharsets.UTF_8);
    }

    /** Where the string at an offset is over. */
    int behindText(int offset) {
        return offset + textLength(offset) + 1;
    }

    private int textLength(int offset) {
        int start = body() + offset;
        int end = start;
        while (bytes[end] != 0) {
            end++;
        }
        return end - start;
    }

    private int body() {
        return typed ? TYPED_HEADER : TYPED_HEADER - 1;
    }

    private void readBody(DataInputStream in, int at) throws IOException {
        int said = in.readInt();
        if (said < 4 || said > LENGTH_MAX) {
            throw new EOFException("not a message of PostgreSQL: length " + said);
        }
        length = at + said;
        if (bytes.length < length) {
            bytes = Arrays.copyOf(bytes, length);
        }
        ByteBuffer.wrap(bytes).putInt(at, said);
        in.readFully(bytes, at + 4, said - 4);
    }
}
