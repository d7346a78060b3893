package io.fieldwatch.alerts;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The two encodings that the alert log's entries are made of. An <b>integer</b> is zigzag-coded and written seven bits a
 * byte, the lowest first, the top bit set on all but the last. A <b>text</b> is an integer length and UTF-8 bytes; the
 * length is -1 for none.
 */
final class Wire {

    private static final int TEXT_BYTES_MAX = 1 << 20;

    private Wire() {}

    static void writeInteger(DataOutput out, long value) throws IOException {
        long left = (value << 1) ^ (value >> 63);
        while ((left & ~0x7FL) != 0) {
            out.writeByte((int) ((left & 0x7F) | 0x80));
            left >>>= 7;
        }
        out.writeByte((int) left);
    }

    static long readInteger(DataInput in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = in.readByte();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new IOException("an integer of more than ten bytes");
    }

    /** A count or a number that must be from 0 to {@code max}. */
    static int readCount(DataInput in, int max) throws IOException {
        long count = readInteger(in);
        if (count < 0 || count > max) {
            throw new IOException("a count of " + count + ", but at most " + max + " are possible");
        }
        return (int) count;
    }

    static void writeText(DataOutput out, @Nullable String text) throws IOException {
        if (text == null) {
            writeInteger(out, -1);
            return;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        writeInteger(out, utf8.length);
        out.write(utf8);
    }

    static @Nullable String readNullableText(DataInput in) throws IOException {
        long length = readInteger(in);
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > TEXT_BYTES_MAX) {
            throw new IOException("a text of " + length + " bytes");
        }
        byte[] utf8 = new byte[(int) length];
        in.readFully(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    static String readText(DataInput in) throws IOException {
        String text = readNullableText(in);
        if (text == null) {
            throw new IOException("a text is missing");
        }
        return text;
    }
}
