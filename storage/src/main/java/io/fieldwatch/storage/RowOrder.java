package io.fieldwatch.storage;

import java.util.Arrays;

/**
 * Sorts a batch's rows by device id and then by time, stable, on columns of primitives: a radix sort by id, two or three
 * passes for the ids of a city, and within a device a merge sort that costs nothing when its rows came in order. Arrays
 * are kept from batch to batch. One thread at a time.
 */
final class RowOrder {

    private static final int DIGIT_BITS = 11;
    private static final int DIGITS = 1 << DIGIT_BITS;

    private final int[] counts = new int[DIGITS];
    private int[] order = new int[0];
    private int[] other = new int[0];

    /** The indexes of the first {@code count} rows in their order; valid until the next call. */
    int[] sort(int[] ids, long[] times, int count) {
        if (order.length < count) {
            order = new int[Math.max(count, 2 * order.length)];
            other = new int[order.length];
        }
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        int highest = 0;
        for (int i = 0; i < count; i++) {
            highest = Math.max(highest, ids[i]);
        }
        for (int shift = 0; shift < Integer.SIZE - 1 && highest >>> shift != 0; shift += DIGIT_BITS) {
            pass(ids, count, shift);
        }
        int from = 0;
        for (int place = 1; place <= count; place++) {
            if (place == count || ids[order[place]] != ids[order[from]]) {
                sortByTime(times, from, place);
                from = place;
            }
        }
        return order;
    }

    private void pass(int[] ids, int count, int shift) {
        Arrays.fill(counts, 0);
        for (int i = 0; i < count; i++) {
            counts[ids[i] >>> shift & DIGITS - 1]++;
        }
        int before = 0;
        for (int digit = 0; digit < DIGITS; digit++) {
            int have = counts[digit];
            counts[digit] = before;
            before += have;
        }
        for (int i = 0; i < count; i++) {
            int row = order[i];
            other[counts[ids[row] >>> shift & DIGITS - 1]++] = row;
        }
        int[] sorted = other;
        other = order;
        order = sorted;
    }

    /** A device's rows mostly come in order; a gateway's buffer may come in any, so the worst case is n log n. */
    private void sortByTime(long[] times, int from, int to) {
        int sorted = from + 1;
        while (sorted < to && times[order[sorted - 1]] <= times[order[sorted]]) {
            sorted++;
        }
        if (sorted >= to) {
            return;
        }
        for (int width = 1; width < to - from; width *= 2) {
            for (int left = from; left < to; left += 2 * width) {
                merge(times, left, Math.min(left + width, to), Math.min(left + 2 * width, to));
            }
            System.arraycopy(other, from, order, from, to - from);
        }
    }

    private void merge(long[] times, int left, int middle, int right) {
        int a = left;
        int b = middle;
        for (int out = left; out < right; out++) {
            boolean takeLeft = a < middle && (b >= right || times[order[a]] <= times[order[b]]);
            other[out] = order[takeLeft ? a++ : b++];
        }
    }
}
