package io.fieldwatch.storage;

import java.util.Arrays;

/**
 * Which observations have been seen lately: for each device the latest {@code identities} times and a hash of the values
 * that came with each. It recognises what a device sends again before it gets to the database.
 *
 * <p><b>Exact above the floor.</b> Every time above a device's floor that was ever stored is in its window, so what is not
 * there is new for certain. Below the floor the window has forgotten, or never knew: then the database is to be asked. A
 * window opens with the latest stored time as its floor, so one number a device is all that a restart has to restore; the
 * rest comes with reading on in the log.
 *
 * <p>Memory: {@code 16 + 16 x identities} bytes a device (272 with 16 identities), allocated for {@value #SLAB_DEVICES}
 * devices at a time. Times are microseconds since 1970. One thread at a time.
 */
class IdentityWindows {

    /** Never stored, never seen: added. */
    static final int NEW = 0;
    /** Seen with the same values. */
    static final int REPEATED = 1;
    /** Seen with other values, or with the same ones written another way. */
    static final int DIFFERENT = 2;
    /** At or below the floor and not remembered: only the database can say. */
    static final int BEYOND = 3;
    /** The device has no window yet; {@link #open} it. */
    static final int CLOSED = 4;

    static final int SLAB_DEVICES = 256;

    private static final int FLOOR = 0;
    /** Count in the low half, 1 or more for an open window; the ring's first slot in the high half. */
    private static final int STATE = 1;

    private static final int HEAD = 2;
    private static final long[] NO_SLAB = {};

    private final int identities;
    private final int stride;
    private final int slabsMax;
    private long[][] slabs = noSlabs(64);
    private int slabCount;

    /**
     * @param identities remembered for each device
     * @param devicesMax windows that may be open, about; see {@link #full}
     */
    IdentityWindows(int identities, int devicesMax) {
        this.identities = identities;
        stride = HEAD + 2 * identities;
        slabsMax = Math.max(1, devicesMax / SLAB_DEVICES);
    }

    /** Whether more windows than agreed are open: then {@link #clear} as soon as nothing is on its way. */
    boolean full() {
        return slabCount > slabsMax;
    }

    /** Closes all windows. */
    void clear() {
        Arrays.fill(slabs, NO_SLAB);
        slabCount = 0;
    }

    /**
     * Opens a device's window.
     *
     * @param floorMicros the latest time that is stored of it, {@link Long#MIN_VALUE} when there is none
     */
    void open(int device, long floorMicros) {
        int slabNumber = device / SLAB_DEVICES;
        if (slabNumber >= slabs.length) {
            long[][] grown = noSlabs(Math.max(slabs.length * 2, slabNumber + 1));
            System.arraycopy(slabs, 0, grown, 0, slabs.length);
            slabs = grown;
        }
        long[] slab = slabs[slabNumber];
        if (slab == NO_SLAB) {
            slab = new long[SLAB_DEVICES * stride];
            slabs[slabNumber] = slab;
            slabCount++;
        }
        int base = device % SLAB_DEVICES * stride;
        slab[base + FLOOR] = floorMicros;
        slab[base + STATE] = 1;
    }

    boolean isOpen(int device) {
        long[] slab = slabOf(device);
        return slab != NO_SLAB && slab[device % SLAB_DEVICES * stride + STATE] != 0;
    }

    /** What is to be thought of an observation: {@link #NEW} (it is remembered from now on), or one of the others. */
    int check(int device, long timeMicros, long hash) {
        long[] slab = slabOf(device);
        if (slab == NO_SLAB) {
            return CLOSED;
        }
        int base = device % SLAB_DEVICES * stride;
        long state = slab[base + STATE];
        if (state == 0) {
            return CLOSED;
        }
        int count = (int) state - 1;
        int first = (int) (state >>> 32);
        if (count == 0 ? timeMicros > slab[base + FLOOR] : timeMicros > slab[slot(base, first, count - 1)]) {
            append(slab, base, first, count, timeMicros, hash);
            return NEW;
        }
        return lookBack(slab, base, timeMicros, hash);
    }

    private static long[][] noSlabs(int count) {
        long[][] none = new long[count][];
        Arrays.fill(none, NO_SLAB);
        return none;
    }

    private long[] slabOf(int device) {
        int slabNumber = device / SLAB_DEVICES;
        return device >= 0 && slabNumber < slabs.length ? slabs[slabNumber] : NO_SLAB;
    }

    /** The usual case: later than all before. */
    private void append(long[] slab, int base, int first, int count, long timeMicros, long hash) {
        if (count < identities) {
            int at = slot(base, first, count);
            slab[at] = timeMicros;
            slab[at + 1] = hash;
            slab[base + STATE] = state(first, count + 1);
            return;
        }
        int oldest = slot(base, first, 0);
        slab[base + FLOOR] = slab[oldest];
        slab[oldest] = timeMicros;
        slab[oldest + 1] = hash;
        slab[base + STATE] = state(first + 1 == identities ? 0 : first + 1, count);
    }

    private int lookBack(long[] slab, int base, long timeMicros, long hash) {
        int count = (int) slab[base + STATE] - 1;
        int first = (int) (slab[base + STATE] >>> 32);
        int place = count; // where it belongs
        while (place > 0 && slab[slot(base, first, place - 1)] >= timeMicros) {
            place--;
            int at = slot(base, first, place);
            if (slab[at] == timeMicros) {
                return slab[at + 1] == hash ? REPEATED : DIFFERENT;
            }
        }
        if (timeMicros <= slab[base + FLOOR]) {
            return BEYOND;
        }
        insert(slab, base, place, timeMicros, hash);
        return NEW;
    }

    private void insert(long[] slab, int base, int place, long timeMicros, long hash) {
        int count = (int) slab[base + STATE] - 1;
        int first = (int) (slab[base + STATE] >>> 32);
        if (count < identities) {
            for (int i = count; i > place; i--) {
                move(slab, slot(base, first, i - 1), slot(base, first, i));
            }
            put(slab, slot(base, first, place), timeMicros, hash);
            slab[base + STATE] = state(first, count + 1);
        } else if (place == 0) {
            slab[base + FLOOR] = timeMicros; // older than all that are remembered: nothing at or below it is known
        } else {
            slab[base + FLOOR] = slab[slot(base, first, 0)];
            for (int i = 0; i < place - 1; i++) {
                move(slab, slot(base, first, i + 1), slot(base, first, i));
            }
            put(slab, slot(base, first, place - 1), timeMicros, hash);
        }
    }

    private int slot(int base, int first, int place) {
        int ring = first + place;
        return base + HEAD + 2 * (ring >= identities ? ring - identities : ring);
    }

    private static long state(int first, int count) {
        return (long) first << 32 | (count + 1);
    }

    private static void move(long[] slab, int from, int to) {
        slab[to] = slab[from];
        slab[to + 1] = slab[from + 1];
    }

    private static void put(long[] slab, int at, long timeMicros, long hash) {
        slab[at] = timeMicros;
        slab[at + 1] = hash;
    }
}
