package io.fieldwatch.console;

import io.fieldwatch.telemetry.BlockReader;
import java.util.Arrays;

/**
 * The last value of every property of every device in flat arrays, indexed by device number: taking in an observation
 * allocates nothing once its device is known. Not thread-safe.
 *
 * <p>A device has a run of words, one for each property number of its kind. Values are kept per property, because a device
 * may report its properties in turn; an older observation that comes late does not overwrite a newer one.
 */
final class LastValues {

    private static final int NO_SLOT = -1;

    private int devices;
    private long[] timeMicros = new long[64];
    private long[] seenMillis = new long[64];
    private long[] offlineMillis = new long[64];
    private long[] present = new long[64];
    private long[] changed = new long[64];
    private short[] quality = new short[64];
    private int[] slot = newSlots(64);

    private long[] bits = new long[512];
    private long[] bitsMicros = new long[512];
    private int used;

    private int[] changedDevices = new int[64];
    private int changedFirst;
    private int changedEnd;

    /** Takes in the observation the reader stands on. {@code width} is one more than the kind's highest property. */
    void take(BlockReader observation, int width) {
        int device = observation.device();
        reserve(device, width);
        long time = observation.timeMicros();
        long known = width == Long.SIZE ? -1L : (1L << width) - 1;
        long mask = observation.present() & known;
        for (long left = mask; left != 0; left &= left - 1) {
            int property = Long.numberOfTrailingZeros(left);
            int at = slot[device] + property;
            if ((present[device] & (1L << property)) == 0 || time >= bitsMicros[at]) {
                bits[at] = observation.bits(property);
                bitsMicros[at] = time;
            }
        }
        present[device] |= mask;
        seenMillis[device] = Math.max(seenMillis[device], observation.arrivalMillis());
        if (time >= timeMicros[device]) {
            timeMicros[device] = time;
            quality[device] = (short) observation.quality();
        }
        markChanged(device, mask);
    }

    /** The device's connection broke; it is back with the next observation that comes in later. */
    void offline(int device, int width, long millis) {
        reserve(device, width);
        offlineMillis[device] = Math.max(offlineMillis[device], millis);
    }

    /** Since when the device is gone, milliseconds since 1970; 0 when it is not known to be. */
    long offlineMillis(int device) {
        return device < devices && offlineMillis[device] > seenMillis[device] ? offlineMillis[device] : 0;
    }

    long timeMicros(int device) {
        return device < devices ? timeMicros[device] : 0;
    }

    long seenMillis(int device) {
        return device < devices ? seenMillis[device] : 0;
    }

    int quality(int device) {
        return device < devices ? quality[device] & 0xFFFF : 0;
    }

    /** Bit n is set when the property with number n has a value. */
    long present(int device) {
        return device < devices ? present[device] : 0;
    }

    long bits(int device, int property) {
        return bits[slot[device] + property];
    }

    long bitsMicros(int device, int property) {
        return bitsMicros[slot[device] + property];
    }

    boolean hasChanged() {
        return changedFirst < changedEnd;
    }

    /** The device that has waited longest since it changed; see {@link #takeChanged}. */
    int nextChanged() {
        return changedDevices[changedFirst++];
    }

    /** What changed of a device that {@link #nextChanged} gave, forgotten by asking. */
    long takeChanged(int device) {
        long mask = changed[device];
        changed[device] = 0;
        return mask;
    }

    private void markChanged(int device, long mask) {
        if (changed[device] == 0 && mask != 0) {
            if (changedFirst == changedEnd) {
                changedFirst = 0;
                changedEnd = 0;
            }
            if (changedEnd == changedDevices.length) {
                makeRoomForChanged();
            }
            changedDevices[changedEnd++] = device;
        }
        changed[device] |= mask;
    }

    /** A device is queued at most once, so the queue is never longer than there are devices. */
    private void makeRoomForChanged() {
        int waiting = changedEnd - changedFirst;
        int[] to = waiting > changedDevices.length / 2 ? new int[changedDevices.length * 2] : changedDevices;
        System.arraycopy(changedDevices, changedFirst, to, 0, waiting);
        changedDevices = to;
        changedFirst = 0;
        changedEnd = waiting;
    }

    private void reserve(int device, int width) {
        if (device >= timeMicros.length) {
            int length = Math.max(device + 1, timeMicros.length * 2);
            int before = slot.length;
            timeMicros = Arrays.copyOf(timeMicros, length);
            seenMillis = Arrays.copyOf(seenMillis, length);
            offlineMillis = Arrays.copyOf(offlineMillis, length);
            present = Arrays.copyOf(present, length);
            changed = Arrays.copyOf(changed, length);
            quality = Arrays.copyOf(quality, length);
            slot = Arrays.copyOf(slot, length);
            Arrays.fill(slot, before, length, NO_SLOT);
        }
        devices = Math.max(devices, device + 1);
        if (slot[device] == NO_SLOT) {
            if (used + width > bits.length) {
                int length = Math.max(used + width, bits.length * 2);
                bits = Arrays.copyOf(bits, length);
                bitsMicros = Arrays.copyOf(bitsMicros, length);
            }
            slot[device] = used;
            used += width;
        }
    }

    private static int[] newSlots(int length) {
        int[] slots = new int[length];
        Arrays.fill(slots, NO_SLOT);
        return slots;
    }
}
