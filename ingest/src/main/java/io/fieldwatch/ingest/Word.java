package io.fieldwatch.ingest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A short text that is looked for in bytes, compared eight bytes at a time. Immutable. */
final class Word {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final long[] longs;
    private final long firstMask;

    Word(String text) {
        bytes = text.getBytes(StandardCharsets.UTF_8);
        firstMask = bytes.length >= Long.BYTES ? -1L : (1L << (8 * bytes.length)) - 1;
        longs = new long[Math.max(1, (bytes.length + Long.BYTES - 1) / Long.BYTES)];
        byte[] padded = Arrays.copyOf(bytes, Math.max(Long.BYTES, bytes.length));
        for (int i = 0; i < longs.length; i++) {
            longs[i] = (long) LONG.get(padded, start(i));
        }
    }

    int length() {
        return bytes.length;
    }

    /** Whether it stands at {@code from} with a quote behind it, both before {@code end}. */
    boolean isAt(byte[] in, int from, int end) {
        int behind = from + bytes.length;
        if (behind >= end || in[behind] != '"') {
            return false;
        }
        if (from + Long.BYTES > in.length) {
            return Arrays.equals(in, from, behind, bytes, 0, bytes.length);
        }
        if (((long) LONG.get(in, from) & firstMask) != longs[0]) {
            return false;
        }
        for (int i = 1; i < longs.length; i++) {
            if ((long) LONG.get(in, from + start(i)) != longs[i]) {
                return false;
            }
        }
        return true;
    }

    /** Where the i-th eight bytes begin; the last eight overlap the ones before. */
    private int start(int i) {
        return Math.max(0, Math.min(i * Long.BYTES, bytes.length - Long.BYTES));
    }
}
