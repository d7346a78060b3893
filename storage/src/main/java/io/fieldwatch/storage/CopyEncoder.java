package io.fieldwatch.storage;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Turns observations of one kind into rows of PostgreSQL's COPY BINARY format (PostgreSQL manual, COPY, "Binary
 * Format"), in a buffer that grows to its largest use and is then kept: no allocation per row. One thread at a time.
 *
 * <p>A row is: time, device_id, one field per property in ascending order of numbers, quality.
 */
public final class CopyEncoder {

    /** PostgreSQL counts microseconds from here. */
    static final long EPOCH_2000_MICROS = 946_684_800_000_000L;
    /** Where in a row the device id stands: behind the field count, the time field and its own length. */
    static final int DEVICE_AT = 18;

    static final int ROW_NUMBER_BYTES = 8;

    static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    private final Kind kind;
    private final int[] numbers;
    private final PropertyType[] types;
    private final byte[][][] codes;
    private final long known;
    private final boolean hasCodes;
    private final int rowBytesMax;
    private byte[] bytes;
    private int length;

    /** @param initialBytes what the buffer holds at first */
    public CopyEncoder(Kind kind, int initialBytes) {
        this.kind = kind;
        List<Property> properties = kind.properties();
        numbers = new int[properties.size()];
        types = new PropertyType[properties.size()];
        codes = new byte[properties.size()][][];
        long mask = 0;
        int widest = 8;
        for (int i = 0; i < numbers.length; i++) {
            Property property = properties.get(i);
            numbers[i] = property.number();
            types[i] = property.type();
            codes[i] = property.codes().stream()
                    .map(text -> text.getBytes(StandardCharsets.UTF_8))
                    .toArray(byte[][]::new);
            mask |= 1L << property.number();
            for (byte[] code : codes[i]) {
                widest = Math.max(widest, code.length);
            }
        }
        known = mask;
        hasCodes = Arrays.asList(types).contains(PropertyType.CODE);
        rowBytesMax = 28 + numbers.length * (4 + widest);
        bytes = new byte[Math.max(initialBytes, rowBytesMax)];
    }

    /** The statement that takes what this encodes. */
    public String copySql() {
        return copySql(Sql.table(kind), "");
    }

    String copySql(String table, String moreColumns) {
        return "COPY " + table + " (" + Sql.columns(kind) + moreColumns + ") FROM STDIN (FORMAT binary)";
    }

    /** Whether the catalogue knows every property and code of the observation that the reader stands on. */
    public boolean storable(BlockReader observation) {
        if ((observation.present() & ~known) != 0) {
            return false;
        }
        if (hasCodes) {
            for (int i = 0; i < numbers.length; i++) {
                if (types[i] == PropertyType.CODE && observation.has(numbers[i])) {
                    long code = observation.bits(numbers[i]);
                    if (code < 0 || code >= codes[i].length) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Forgets everything encoded. */
    public void clear() {
        length = 0;
    }

    /** What begins a COPY. */
    public void header() {
        ensure(HEADER.length);
        System.arraycopy(HEADER, 0, bytes, length, HEADER.length);
        length += HEADER.length;
    }

    /** What ends a COPY. */
    public void trailer() {
        ensure(2);
        SHORTS.set(bytes, length, (short) -1);
        length += 2;
    }

    /** Adds the observation that the reader stands on; it must be {@link #storable}. */
    public void encode(BlockReader observation, int deviceId) {
        ensure(rowBytesMax);
        byte[] out = bytes;
        int at = length;
        SHORTS.set(out, at, (short) (numbers.length + 3));
        INTS.set(out, at + 2, 8);
        LONGS.set(out, at + 6, since2000(observation.timeMicros()));
        INTS.set(out, at + 14, 4);
        INTS.set(out, at + DEVICE_AT, deviceId);
        at += DEVICE_AT + 4;
        for (int i = 0; i < numbers.length; i++) {
            if (!observation.has(numbers[i])) {
                INTS.set(out, at, -1);
                at += 4;
                continue;
            }
            long bits = observation.bits(numbers[i]);
            switch (types[i]) {
                case NUMBER, INTEGER -> {
                    INTS.set(out, at, 8);
                    LONGS.set(out, at + 4, bits);
                    at += 12;
                }
                case BOOLEAN -> {
                    INTS.set(out, at, 1);
                    out[at + 4] = (byte) (bits == 0 ? 0 : 1);
                    at += 5;
                }
                case CODE -> {
                    byte[] text = codes[i][(int) bits];
                    INTS.set(out, at, text.length);
                    System.arraycopy(text, 0, out, at + 4, text.length);
                    at += 4 + text.length;
                }
            }
        }
        INTS.set(out, at, 2);
        SHORTS.set(out, at + 4, (short) observation.quality());
        length = at + 6;
    }

    /** The buffer; what was encoded is from 0 to {@link #length}. It changes when the buffer grows. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** Saturates below PostgreSQL's earliest time, so that a nonsensical one is refused and not wrapped into range. */
    private static long since2000(long micros) {
        return micros < Long.MIN_VALUE + 1 + EPOCH_2000_MICROS ? Long.MIN_VALUE + 1 : micros - EPOCH_2000_MICROS;
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
