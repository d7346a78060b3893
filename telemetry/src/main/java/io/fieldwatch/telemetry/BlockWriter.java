package io.fieldwatch.telemetry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes records into a block in a caller's buffer; see {@link BlockFormat}. One thread at a time.
 *
 * <p>Observations are written without allocating: {@link #begin}, the setters in any order, {@link #commit}. A record
 * that does not fit answers {@code false} and leaves the block as it was. {@link #mark} and {@link #rollback} undo a
 * run of records, so that a message is in the block whole or not at all.
 */
public final class BlockWriter {

    private static final int TEXT_BYTES_MAX = 0xFFFF;

    private final long[] values = new long[Property.NUMBER_MAX + 1];
    private ByteBuffer block = ByteBuffer.allocate(0);
    private long baseMillis;
    private int at;
    private int records;
    private int observations;
    private int flags;

    private int markAt;
    private int markRecords;
    private int markObservations;
    private int markFlags;

    private int kind;
    private int device;
    private long present;

    /**
     * Starts a block at index 0 of {@code target}; its capacity is the block's limit.
     *
     * @param baseMillis the arrival that records count from; a block spans at most 65 s of arrivals
     */
    public void open(ByteBuffer target, int catalogueVersion, long baseMillis) {
        block = target.order(ByteOrder.LITTLE_ENDIAN);
        block.clear();
        block.putInt(0, BlockFormat.MAGIC);
        block.put(4, (byte) BlockFormat.VERSION);
        block.put(BlockFormat.FLAGS_AT, (byte) 0);
        block.putShort(6, (short) 0);
        block.putInt(BlockFormat.CATALOGUE_AT, catalogueVersion);
        block.putLong(BlockFormat.BASE_AT, baseMillis);
        this.baseMillis = baseMillis;
        at = BlockFormat.HEADER_BYTES;
        records = 0;
        observations = 0;
        flags = 0;
        mark();
    }

    public boolean isEmpty() {
        return records == 0;
    }

    public int observations() {
        return observations;
    }

    public int bytes() {
        return at;
    }

    /** Remembers the block as it is now, for {@link #rollback}. */
    public void mark() {
        markAt = at;
        markRecords = records;
        markObservations = observations;
        markFlags = flags;
    }

    /** Takes back everything since the last {@link #mark} or {@link #open}. */
    public void rollback() {
        at = markAt;
        records = markRecords;
        observations = markObservations;
        flags = markFlags;
    }

    /** Starts an observation; one that was begun and not committed is forgotten. */
    public void begin(int kindNumber, int deviceNumber) {
        kind = kindNumber;
        device = deviceNumber;
        present = 0;
    }

    /** Says whose observation it is, where the input names its device only after its values. */
    public void assign(int deviceNumber) {
        device = deviceNumber;
    }

    public void setNumber(int property, double value) {
        setBits(property, Double.doubleToRawLongBits(value));
    }

    public void setInteger(int property, long value) {
        setBits(property, value);
    }

    public void setBoolean(int property, boolean value) {
        setBits(property, value ? 1 : 0);
    }

    public void setCode(int property, int code) {
        setBits(property, code);
    }

    /** Whether the observation begun already has the property: a doubled key in the input. */
    public boolean has(int property) {
        return (present & (1L << property)) != 0;
    }

    /** Properties set since {@link #begin}. */
    public int propertyCount() {
        return Long.bitCount(present);
    }

    /**
     * Writes the observation begun.
     *
     * @param timeMicros the observation's time
     * @param arrivalMillis when it came in
     * @return false when it does not fit; then nothing was written
     */
    public boolean commit(long timeMicros, long arrivalMillis, int quality) {
        int bytes = BlockFormat.OBSERVATION_BYTES + BlockFormat.VALUE_BYTES * Long.bitCount(present);
        if (block.capacity() - at < bytes) {
            return false;
        }
        long arrival = Math.max(0, Math.min(0xFFFF, arrivalMillis - baseMillis));
        block.putInt(at, bytes);
        block.putInt(at + 4, BlockFormat.OBSERVATION | kind << 16);
        block.putInt(at + 8, device);
        block.putInt(at + 12, (int) arrival | quality << 16);
        block.putLong(at + 16, timeMicros);
        block.putLong(at + 24, present);
        int valueAt = at + BlockFormat.OBSERVATION_BYTES;
        for (long left = present; left != 0; left &= left - 1) {
            block.putLong(valueAt, values[Long.numberOfTrailingZeros(left)]);
            valueAt += BlockFormat.VALUE_BYTES;
        }
        at = valueAt;
        records++;
        observations++;
        return true;
    }

    /** Defines or describes a device. Answers false when it does not fit. */
    public boolean device(DeviceDefinition definition) {
        byte[] id = utf8(definition.externalId());
        byte[] name = utf8(definition.name());
        byte[] area = utf8(definition.area());
        int bytes = BlockFormat.DEVICE_TEXTS_AT + 6 + id.length + name.length + area.length;
        if (block.capacity() - at < bytes) {
            return false;
        }
        int has = (definition.name() == null ? 0 : BlockFormat.DEVICE_HAS_NAME)
                | (definition.area() == null ? 0 : BlockFormat.DEVICE_HAS_AREA);
        block.putInt(at, bytes);
        block.putInt(at + 4, BlockFormat.DEVICE | has << 8 | definition.kind() << 16);
        block.putInt(at + 8, definition.number());
        block.putDouble(at + 12, definition.lat());
        block.putDouble(at + 20, definition.lon());
        int textAt = text(at + BlockFormat.DEVICE_TEXTS_AT, id);
        textAt = text(textAt, name);
        at = text(textAt, area);
        records++;
        flags |= BlockFormat.FLAG_DEVICES;
        return true;
    }

    /** Puts input aside for the quarantine. Answers false when it does not fit. */
    public boolean reject(RejectedInput input) {
        byte[] source = utf8(input.source());
        byte[] topic = utf8(input.topic());
        byte[] detail = utf8(input.detail());
        byte[] payload = input.payload();
        int bytes =
                BlockFormat.REJECTED_TEXTS_AT + 6 + source.length + topic.length + detail.length + 4 + payload.length;
        if (block.capacity() - at < bytes) {
            return false;
        }
        block.putInt(at, bytes);
        block.putInt(at + 4, BlockFormat.REJECTED | input.reason().number() << 8);
        block.putLong(at + 8, input.timeMillis());
        int textAt = text(at + BlockFormat.REJECTED_TEXTS_AT, source);
        textAt = text(textAt, topic);
        textAt = text(textAt, detail);
        block.putInt(textAt, payload.length);
        block.put(textAt + 4, payload);
        at += bytes;
        records++;
        return true;
    }

    /** Lets time pass for the readers. Answers false when it does not fit. */
    public boolean tick(long wallMicros) {
        if (block.capacity() - at < BlockFormat.TICK_BYTES) {
            return false;
        }
        block.putInt(at, BlockFormat.TICK_BYTES);
        block.putInt(at + 4, BlockFormat.TICK);
        block.putLong(at + 8, wallMicros);
        at += BlockFormat.TICK_BYTES;
        records++;
        return true;
    }

    /** Says that a device is gone. Answers false when it does not fit. */
    public boolean offline(DeviceOffline event) {
        byte[] detail = utf8(event.detail());
        int bytes = BlockFormat.OFFLINE_TEXT_AT + 2 + detail.length;
        if (block.capacity() - at < bytes) {
            return false;
        }
        block.putInt(at, bytes);
        block.putInt(at + 4, BlockFormat.OFFLINE | event.kind() << 16);
        block.putInt(at + 8, event.device());
        block.putInt(at + 12, 0);
        block.putLong(at + 16, event.timeMicros());
        at = text(at + BlockFormat.OFFLINE_TEXT_AT, detail);
        records++;
        return true;
    }

    /** Finishes the block: the buffer handed to {@link #open}, from 0 to its limit. Open another one before writing on. */
    public ByteBuffer seal() {
        block.put(BlockFormat.FLAGS_AT, (byte) flags);
        block.putInt(BlockFormat.RECORDS_AT, records);
        block.putInt(BlockFormat.OBSERVATIONS_AT, observations);
        block.putInt(BlockFormat.BYTES_AT, at);
        return block.position(0).limit(at);
    }

    private void setBits(int property, long bits) {
        values[property] = bits;
        present |= 1L << property;
    }

    private int text(int index, byte[] utf8) {
        block.putShort(index, (short) utf8.length);
        block.put(index + 2, utf8);
        return index + 2 + utf8.length;
    }

    private static byte[] utf8(@Nullable String text) {
        if (text == null) {
            return new byte[0];
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= TEXT_BYTES_MAX) {
            return bytes;
        }
        int end = TEXT_BYTES_MAX;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--; // never cut inside a character
        }
        return java.util.Arrays.copyOf(bytes, end);
    }
}
