package io.fieldwatch.bench;

import io.fieldwatch.storage.CopyEncoder;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Kind;
import java.io.IOException;
import java.util.Arrays;

/**
 * Cuts the observations of one kind, as they come, into transactions of so many rows, and sorts each by device and
 * time: what a writer that reads the log once can do at best.
 */
final class TransactionSorter {

    private static final int TRAILER_BYTES = 2;

    private final CopyFile target;
    private final CopyEncoder encoder;
    private final byte[] header;
    private final int[] offsets;
    private final long[] times;
    /** Device in the upper half, place of arrival in the lower. */
    private final long[] order;

    private byte[] sorted = new byte[0];
    private int count;

    TransactionSorter(Kind kind, int rowsEach, CopyFile target) {
        this.target = target;
        encoder = new CopyEncoder(kind, 1 << 20);
        encoder.header();
        header = Arrays.copyOf(encoder.bytes(), encoder.length());
        encoder.clear();
        offsets = new int[rowsEach + 1];
        times = new long[rowsEach];
        order = new long[rowsEach];
    }

    /** Adds the observation that the reader stands on. */
    void add(BlockReader observation) throws IOException {
        int id = observation.device() + 1;
        times[count] = observation.timeMicros();
        order[count] = (long) id << 32 | count;
        encoder.encode(observation, id);
        offsets[++count] = encoder.length();
        if (count == order.length) {
            cut();
        }
    }

    /** Ends the transaction in hand; nothing happens when it has no rows. */
    void cut() throws IOException {
        if (count == 0) {
            return;
        }
        Arrays.sort(order, 0, count);
        for (int from = 0; from < count; from = sortDevice(from)) {}
        int length = header.length + encoder.length() + TRAILER_BYTES;
        if (sorted.length < length) {
            sorted = new byte[length + length / 8];
        }
        System.arraycopy(header, 0, sorted, 0, header.length);
        int at = header.length;
        for (int place = 0; place < count; place++) {
            int index = (int) order[place];
            int bytes = offsets[index + 1] - offsets[index];
            System.arraycopy(encoder.bytes(), offsets[index], sorted, at, bytes);
            at += bytes;
        }
        sorted[at] = -1;
        sorted[at + 1] = -1;
        target.append(encoder.copySql(), sorted, length, count);
        encoder.clear();
        count = 0;
    }

    /** Puts the rows of the device that begins at a place in order of time, where they mostly are; answers the end. */
    private int sortDevice(int from) {
        int to = from + 1;
        while (to < count && order[to] >>> 32 == order[from] >>> 32) {
            long row = order[to];
            int at = to;
            while (at > from && times[(int) order[at - 1]] > times[(int) row]) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = row;
            to++;
        }
        return to;
    }
}
