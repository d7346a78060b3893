package io.fieldwatch.alerts;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The state of every condition, in primitive arrays. A device has a run of <b>slots</b>, one for each watch of its kind.
 * Memory: about 40 bytes a slot and 28 a device. One thread at a time.
 *
 * <p>The arrays are open to {@link Evaluator} and {@link ConditionsCodec}, which are this class's two other halves.
 */
final class Conditions {

    /** No time at all: nothing seen, nothing heard. */
    static final long NEVER = Long.MIN_VALUE;

    static final byte NORMAL = 0;
    static final byte PENDING_ON = 1;
    static final byte ACTIVE = 2;
    static final byte PENDING_OFF = 3;

    private static final int DEVICES_AT_FIRST = 256;

    int devices;
    Watch[] @Nullable [] watches = new Watch[DEVICES_AT_FIRST][];
    int[] kind = new int[DEVICES_AT_FIRST];
    int[] firstSlot = new int[DEVICES_AT_FIRST];
    long[] heardMicros = new long[DEVICES_AT_FIRST];

    int slots;
    byte[] state = new byte[DEVICES_AT_FIRST];
    boolean[] covered = new boolean[DEVICES_AT_FIRST];
    boolean[] frozen = new boolean[DEVICES_AT_FIRST];
    long[] newestMicros = new long[DEVICES_AT_FIRST];
    long[] sinceMicros = new long[DEVICES_AT_FIRST];
    long[] raisedMicros = new long[DEVICES_AT_FIRST];
    double[] value = new double[DEVICES_AT_FIRST];

    /** What watches the device, in the order of its slots; null when the device is not known here. */
    Watch @Nullable [] watches(int device) {
        return device < devices ? watches[device] : null;
    }

    /** Takes in a device whose conditions are all normal. */
    void register(int device, int kindNumber, Watch[] watching, @Nullable String area) {
        if (device >= watches.length) {
            int size = Math.max(device + 1, watches.length * 2);
            watches = Arrays.copyOf(watches, size);
            kind = Arrays.copyOf(kind, size);
            firstSlot = Arrays.copyOf(firstSlot, size);
            heardMicros = Arrays.copyOf(heardMicros, size);
        }
        devices = Math.max(devices, device + 1);
        watches[device] = watching;
        kind[device] = kindNumber;
        firstSlot[device] = slots;
        heardMicros[device] = NEVER;
        makeRoom(slots + watching.length);
        for (Watch watch : watching) {
            covered[slots] = watch.rule().head().covers(area);
            newestMicros[slots] = NEVER;
            slots++;
        }
    }

    private void makeRoom(int needed) {
        if (needed <= state.length) {
            return;
        }
        int size = Math.max(needed, state.length * 2);
        state = Arrays.copyOf(state, size);
        covered = Arrays.copyOf(covered, size);
        frozen = Arrays.copyOf(frozen, size);
        newestMicros = Arrays.copyOf(newestMicros, size);
        sinceMicros = Arrays.copyOf(sinceMicros, size);
        raisedMicros = Arrays.copyOf(raisedMicros, size);
        value = Arrays.copyOf(value, size);
    }
}
