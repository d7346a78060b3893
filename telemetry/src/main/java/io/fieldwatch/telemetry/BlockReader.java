package io.fieldwatch.telemetry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A flyweight over one block: {@link #next} moves from record to record, the getters read the record it stands on and
 * allocate nothing except where they return an object. See {@link BlockFormat}. One thread at a time.
 */
public final class BlockReader {

    private ByteBuffer block = ByteBuffer.allocate(0);
    private int start;
    private int end;
    private int at;
    private int following;
    private long present;

    /**
     * Reads the block from the buffer's position to its limit; the buffer's own position and limit stay as they are.
     *
     * @throws IllegalStateException when the bytes are not a block of a known version
     */
    public BlockReader wrap(ByteBuffer buffer) {
        block = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        start = buffer.position();
        if (buffer.remaining() < BlockFormat.HEADER_BYTES
                || block.getInt(start) != BlockFormat.MAGIC
                || block.get(start + 4) != BlockFormat.VERSION) {
            throw new IllegalStateException("not a block of version " + BlockFormat.VERSION);
        }
        int bytes = block.getInt(start + BlockFormat.BYTES_AT);
        if (bytes < BlockFormat.HEADER_BYTES || bytes > buffer.remaining()) {
            throw new IllegalStateException("a block of " + bytes + " bytes in " + buffer.remaining());
        }
        end = start + bytes;
        rewind();
        return this;
    }

    /** Back to before the first record. */
    public void rewind() {
        at = start;
        following = start + BlockFormat.HEADER_BYTES;
    }

    public int catalogueVersion() {
        return block.getInt(start + BlockFormat.CATALOGUE_AT);
    }

    public int records() {
        return block.getInt(start + BlockFormat.RECORDS_AT);
    }

    public int observations() {
        return block.getInt(start + BlockFormat.OBSERVATIONS_AT);
    }

    public int bytes() {
        return end - start;
    }

    /** Puts the whole block at the target's position; there must be room for {@link #bytes}. */
    public void copyTo(ByteBuffer target) {
        target.put(block.slice(start, end - start));
    }

    /** Arrival of the first record, milliseconds since 1970. */
    public long baseMillis() {
        return block.getLong(start + BlockFormat.BASE_AT);
    }

    /** Whether any record of the block defines a device. */
    public boolean hasDevices() {
        return (block.get(start + BlockFormat.FLAGS_AT) & BlockFormat.FLAG_DEVICES) != 0;
    }

    /**
     * Moves to the next record.
     *
     * @throws IllegalStateException when a record's length is impossible, for the block or for the record's type
     */
    public boolean next() {
        at = following;
        if (at >= end) {
            return false;
        }
        int left = end - at;
        int bytes = left < BlockFormat.RECORD_BYTES_MIN ? left : block.getInt(at);
        if (bytes < BlockFormat.RECORD_BYTES_MIN || bytes > left || !possible(bytes)) {
            throw new IllegalStateException("a record of " + bytes + " bytes at " + (at - start));
        }
        following = at + bytes;
        return true;
    }

    /** Whether the getters of the record's type find all they read inside it; a type of a later version is passed over. */
    private boolean possible(int bytes) {
        return switch (type()) {
            case BlockFormat.OBSERVATION -> {
                present = bytes < BlockFormat.OBSERVATION_BYTES ? 0 : block.getLong(at + 24);
                yield bytes == BlockFormat.OBSERVATION_BYTES + BlockFormat.VALUE_BYTES * Long.bitCount(present);
            }
            case BlockFormat.DEVICE -> bytes >= BlockFormat.DEVICE_TEXTS_AT;
            case BlockFormat.REJECTED -> bytes >= BlockFormat.REJECTED_TEXTS_AT;
            case BlockFormat.TICK -> bytes >= BlockFormat.TICK_BYTES;
            case BlockFormat.OFFLINE -> bytes >= BlockFormat.OFFLINE_TEXT_AT;
            default -> true;
        };
    }

    /** One of {@link BlockFormat#OBSERVATION}, {@code DEVICE}, {@code REJECTED}, {@code TICK}, {@code OFFLINE}. */
    public int type() {
        return block.get(at + 4);
    }

    /** Where the record begins, from the block's start: a handle for {@link #seek}. */
    public int offset() {
        return at - start;
    }

    /** Moves to the record at an offset that {@link #offset} gave for this block. */
    public void seek(int offset) {
        following = start + offset;
        next();
    }

    /** Kind number, of an observation, a device or an offline record. */
    public int kind() {
        return block.getShort(at + 6) & 0xFFFF;
    }

    /** Device number, of an observation, a device or an offline record. */
    public int device() {
        return block.getInt(at + 8);
    }

    public long arrivalMillis() {
        return baseMillis() + (block.getShort(at + 12) & 0xFFFF);
    }

    public int quality() {
        return block.getShort(at + 14) & 0xFFFF;
    }

    /** Time of an observation, microseconds since 1970. */
    public long timeMicros() {
        return block.getLong(at + 16);
    }

    /** Bit n is set when the observation has the property with number n. */
    public long present() {
        return present;
    }

    public boolean has(int property) {
        return (present & (1L << property)) != 0;
    }

    /** The eight bytes of a property the observation has; see {@link #has}. */
    public long bits(int property) {
        int before = Long.bitCount(present & ((1L << property) - 1));
        return block.getLong(at + BlockFormat.OBSERVATION_BYTES + before * BlockFormat.VALUE_BYTES);
    }

    /**
     * A hash of which properties the observation has and of their values: the same for a redelivery, another one for
     * other values but for a chance of 2^-64. Time, device and quality are not in it.
     */
    public long valuesHash() {
        long hash = present * 0x9E37_79B9_7F4A_7C15L;
        for (int value = at + BlockFormat.OBSERVATION_BYTES; value < following; value += BlockFormat.VALUE_BYTES) {
            hash = (hash ^ block.getLong(value)) * 0xFF51_AFD7_ED55_8CCDL;
            hash ^= hash >>> 32;
        }
        return hash;
    }

    /** A {@link PropertyType#NUMBER} property the observation has. */
    public double number(int property) {
        return Double.longBitsToDouble(bits(property));
    }

    /** A property of any type as a number: integers, booleans (0, 1) and codes by value. */
    public double number(Property property) {
        return property.type() == PropertyType.NUMBER ? number(property.number()) : (double) bits(property.number());
    }

    /** Wall time of a tick, microseconds since 1970. */
    public long tickMicros() {
        return block.getLong(at + 8);
    }

    /**
     * What a device record says.
     *
     * @throws IllegalStateException when a text does not end inside the record
     */
    public DeviceDefinition definition() {
        int has = block.get(at + 5);
        int textAt = at + BlockFormat.DEVICE_TEXTS_AT;
        String id = text(textAt);
        textAt = skipText(textAt);
        @Nullable String name = (has & BlockFormat.DEVICE_HAS_NAME) == 0 ? null : text(textAt);
        textAt = skipText(textAt);
        @Nullable String area = (has & BlockFormat.DEVICE_HAS_AREA) == 0 ? null : text(textAt);
        return new DeviceDefinition(
                device(), kind(), id, name, area, block.getDouble(at + 12), block.getDouble(at + 20));
    }

    /**
     * What a rejected record says.
     *
     * @throws IllegalStateException when a text or the payload does not end inside the record
     */
    public RejectedInput rejected() {
        int textAt = at + BlockFormat.REJECTED_TEXTS_AT;
        String source = text(textAt);
        textAt = skipText(textAt);
        String topic = text(textAt);
        textAt = skipText(textAt);
        String detail = text(textAt);
        textAt = skipText(textAt);
        inside(textAt, 4);
        byte[] payload = bytes(textAt + 4, block.getInt(textAt));
        RejectReason reason = RejectReason.of(block.get(at + 5) & 0xFF);
        return new RejectedInput(reason, block.getLong(at + 8), source, topic, payload, detail);
    }

    /**
     * What an offline record says.
     *
     * @throws IllegalStateException when its text does not end inside the record
     */
    public DeviceOffline offline() {
        String detail = text(at + BlockFormat.OFFLINE_TEXT_AT);
        return new DeviceOffline(kind(), device(), block.getLong(at + 16), detail);
    }

    private String text(int index) {
        return new String(bytes(index + 2, textBytes(index)), StandardCharsets.UTF_8);
    }

    private int skipText(int index) {
        return index + 2 + textBytes(index);
    }

    private int textBytes(int index) {
        inside(index, 2);
        return block.getShort(index) & 0xFFFF;
    }

    private byte[] bytes(int index, int length) {
        inside(index, length);
        byte[] bytes = new byte[length];
        block.get(index, bytes);
        return bytes;
    }

    private void inside(int index, int length) {
        if (length < 0 || length > following - index) {
            throw new IllegalStateException(
                    length + " bytes at " + (index - start) + " in a record that ends at " + (following - start));
        }
    }
}
