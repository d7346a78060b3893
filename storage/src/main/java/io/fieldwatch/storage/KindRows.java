package io.fieldwatch.storage;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Kind;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * A batch's rows of one kind: encoded when they are read, sorted when they are written. Columns of primitives instead of
 * objects; all arrays are kept from batch to batch.
 *
 * <p>A row has an index, by arrival, and after {@link #sort} a place.
 */
final class KindRows {

    private static final int INITIAL_ROWS = 256;

    private final Kind kind;
    private final CopyEncoder encoder;
    private int count;
    private int[] offsets = new int[INITIAL_ROWS + 1];
    private int[] devices = new int[INITIAL_ROWS];
    private long[] times = new long[INITIAL_ROWS];
    private long[] arrivals = new long[INITIAL_ROWS];
    /** Device id in the high half, index in the low half. */
    private long[] order = new long[INITIAL_ROWS];

    private long[] merged = new long[0];

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

    void clear() {
        count = 0;
        encoder.clear();
    }

    /** Takes the observation that the reader stands on; its device id is filled in by {@link #sort}. */
    void add(BlockReader observation) {
        if (count == devices.length) {
            grow();
        }
        encoder.encode(observation, 0);
        devices[count] = observation.device();
        times[count] = observation.timeMicros();
        arrivals[count] = observation.arrivalMillis();
        offsets[++count] = encoder.length();
    }

    /**
     * Sorts by device id and time, rows of one identity by arrival.
     *
     * @param idOfDevice from the log's device number to the id in the database
     * @return whether two rows have the same identity
     */
    boolean sort(IntUnaryOperator idOfDevice) {
        byte[] bytes = encoder.bytes();
        for (int i = 0; i < count; i++) {
            int id = idOfDevice.applyAsInt(devices[i]);
            CopyEncoder.INTS.set(bytes, offsets[i] + CopyEncoder.DEVICE_AT, id);
            order[i] = (long) id << 32 | i;
        }
        Arrays.sort(order, 0, count);
        boolean twins = false;
        int from = 0;
        for (int place = 1; place <= count; place++) {
            if (place == count || order[place] >>> 32 != order[from] >>> 32) {
                sortByTime(from, place);
                twins |= hasTwins(from, place);
                from = place;
            }
        }
        return twins;
    }

    /** The index of the row at a place. */
    int index(int place) {
        return (int) order[place];
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

    /** A device's rows mostly come in order; a gateway's buffer may come in any, so the worst case is n log n. */
    private void sortByTime(int from, int to) {
        int sorted = from + 1;
        while (sorted < to && timeAt(sorted - 1) <= timeAt(sorted)) {
            sorted++;
        }
        if (sorted >= to) {
            return;
        }
        if (merged.length < order.length) {
            merged = new long[order.length];
        }
        for (int width = 1; width < to - from; width *= 2) {
            for (int left = from; left < to; left += 2 * width) {
                merge(left, Math.min(left + width, to), Math.min(left + 2 * width, to));
            }
            System.arraycopy(merged, from, order, from, to - from);
        }
    }

    private void merge(int left, int middle, int right) {
        int a = left;
        int b = middle;
        for (int out = left; out < right; out++) {
            boolean takeLeft = a < middle && (b >= right || timeAt(a) <= timeAt(b));
            merged[out] = order[takeLeft ? a++ : b++];
        }
    }

    private boolean hasTwins(int from, int to) {
        for (int place = from + 1; place < to; place++) {
            if (timeAt(place - 1) == timeAt(place)) {
                return true;
            }
        }
        return false;
    }

    private long timeAt(int place) {
        return times[index(place)];
    }

    private void grow() {
        int capacity = count * 2;
        offsets = Arrays.copyOf(offsets, capacity + 1);
        devices = Arrays.copyOf(devices, capacity);
        times = Arrays.copyOf(times, capacity);
        arrivals = Arrays.copyOf(arrivals, capacity);
        order = Arrays.copyOf(order, capacity);
    }
}
