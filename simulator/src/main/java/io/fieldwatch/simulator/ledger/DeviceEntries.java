package io.fieldwatch.simulator.ledger;

import io.fieldwatch.telemetry.Kind;
import java.io.IOException;
import java.util.Arrays;

/**
 * What a ledger says of one device: times, numbers and values in growing arrays ordered by time, about 100 bytes an
 * observation. Not thread-safe.
 */
final class DeviceEntries {

    private final Kind kind;
    private final String device;
    private final int width;
    private long[] times = new long[16];
    private int[] numbers = new int[16];
    private double[] values;
    private int size;

    DeviceEntries(Kind kind, String device) {
        this.kind = kind;
        this.device = device;
        this.width = kind.properties().size();
        this.values = new double[16 * width];
    }

    /**
     * @param row the values in the order of the kind's properties, NaN for those the payload has not
     * @throws IOException when the ledger has this identity already
     */
    void add(long timeMicros, int number, double[] row) throws IOException {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            numbers = Arrays.copyOf(numbers, size * 2);
            values = Arrays.copyOf(values, size * 2 * width);
        }
        int at = size;
        if (size > 0 && timeMicros <= times[size - 1]) {
            // only after the wall clock was set back between two runs that share the ledger
            int found = find(timeMicros);
            if (found >= 0) {
                throw new IOException("the ledger has " + describe(found) + " twice");
            }
            at = -found - 1;
            System.arraycopy(times, at, times, at + 1, size - at);
            System.arraycopy(numbers, at, numbers, at + 1, size - at);
            System.arraycopy(values, at * width, values, (at + 1) * width, (size - at) * width);
        }
        times[at] = timeMicros;
        numbers[at] = number;
        System.arraycopy(row, 0, values, at * width, width);
        size++;
    }

    int size() {
        return size;
    }

    /** The entry of this time; negative when there is none. */
    int find(long timeMicros) {
        return Arrays.binarySearch(times, 0, size, timeMicros);
    }

    int number(int entry) {
        return numbers[entry];
    }

    boolean matches(int entry, StoredCity.RowValues row) throws IOException {
        for (int i = 0; i < width; i++) {
            if (!PayloadValues.equal(
                    kind.properties().get(i),
                    values[entry * width + i],
                    row.value(kind.properties().get(i)))) {
                return false;
            }
        }
        return true;
    }

    String describe(int entry) {
        return describe(kind, device, times[entry]);
    }

    static String describe(Kind kind, String device, long timeMicros) {
        return kind + "/" + device + " at " + timeMicros + " µs";
    }
}
