package io.fieldwatch.storage;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Kind;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * A batch's rows of one kind: encoded when they are read, put in order before they are written. Columns of primitives
 * instead of objects; all arrays are kept from batch to batch.
 *
 * <p>A row has an index, by arrival, and after {@link #sort} a place.
 */
final class KindRows {

    private static final int INITIAL_ROWS = 256;

    private final Kind kind;
    private final CopyEncoder encoder;
    private final RowOrder rowOrder = new RowOrder();
    private int count;
    private int[] offsets = new int[INITIAL_ROWS + 1];
    private int[] devices = new int[INITIAL_ROWS];
    private int[] ids = new int[INITIAL_ROWS];
    private long[] times = new long[INITIAL_ROWS];
    private long[] arrivals = new long[INITIAL_ROWS];
    private int[] order = new int[0];
    private long earliest = Long.MAX_VALUE;
    private long latest = Long.MIN_VALUE;

    KindRows(Kind kind) {
        this.kind = kind;
        encoder = new CopyEncoder(kind, 64 << 10);
    }

    Kind kind() {
        return kind;
    }

    CopyEncoder encoder() {
        return encoder;
    }

    int count() {
        return count;
    }

    /** The earliest time of any row, microseconds since 1970. */
    long earliestMicros() {
        return earliest;
    }

    /** The latest time of any row, microseconds since 1970. */
    long latestMicros() {
        return latest;
    }

    /** Bytes held, used or not. */
    long capacityBytes() {
        return encoder.bytes().length + 28L * devices.length;
    }

    void clear() {
        count = 0;
        earliest = Long.MAX_VALUE;
        latest = Long.MIN_VALUE;
        encoder.clear();
    }

    /** Takes the observation that the reader stands on; its device id is filled in by {@link #sort}. */
    void add(BlockReader observation) {
        if (count == devices.length) {
            grow();
        }
        encoder.encode(observation, 0);
        long time = observation.timeMicros();
        devices[count] = observation.device();
        times[count] = time;
        arrivals[count] = observation.arrivalMillis();
        offsets[++count] = encoder.length();
        earliest = Math.min(earliest, time);
        latest = Math.max(latest, time);
    }

    /**
     * Sorts by device id and time, rows of one identity by arrival.
     *
     * @param idOfDevice from the log's device number to the id in the database
     */
    void sort(IntUnaryOperator idOfDevice) {
        byte[] bytes = encoder.bytes();
        for (int i = 0; i < count; i++) {
            ids[i] = idOfDevice.applyAsInt(devices[i]);
            CopyEncoder.INTS.set(bytes, offsets[i] + CopyEncoder.DEVICE_AT, ids[i]);
        }
        order = rowOrder.sort(ids, times, count);
    }

    /** The index of the row at a place. */
    int index(int place) {
        return order[place];
    }

    int offset(int index) {
        return offsets[index];
    }

    int bytes(int index) {
        return offsets[index + 1] - offsets[index];
    }

    int device(int index) {
        return devices[index];
    }

    long timeMicros(int index) {
        return times[index];
    }

    long arrivalMillis(int index) {
        return arrivals[index];
    }

    private void grow() {
        int capacity = count * 2;
        offsets = Arrays.copyOf(offsets, capacity + 1);
        devices = Arrays.copyOf(devices, capacity);
        ids = Arrays.copyOf(ids, capacity);
        times = Arrays.copyOf(times, capacity);
        arrivals = Arrays.copyOf(arrivals, capacity);
    }
}
