package io.fieldwatch.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Devices that payloads have named, known by the bytes of their names, so that a gateway's message makes no text. Bounded:
 * when it is full it forgets all and learns anew. Belongs to one thread.
 */
final class NamedDevices {

    private static final int SLOTS = 1 << 15;
    private static final int ENTRIES_MAX = SLOTS / 2;

    /** A device of one kind. */
    static final class Entry {

        private final int kind;
        private final byte[] bytes;
        private final String id;
        private final int number;

        Entry(int kind, byte[] bytes, String id, int number) {
            this.kind = kind;
            this.bytes = bytes;
            this.id = id;
            this.number = number;
        }

        String id() {
            return id;
        }

        int number() {
            return number;
        }
    }

    private final DeviceNumbers devices;
    private @Nullable Entry[] slots = new Entry[0];
    private int entries;

    NamedDevices(DeviceNumbers devices) {
        this.devices = devices;
    }

    /**
     * The device with the name in these bytes, which are ASCII; null when none can have it, when the route's sender may not
     * write for it, or when there is no room for it.
     */
    @Nullable
    Entry find(int kind, TopicRoute route, byte[] bytes, int from, int to) {
        if (slots.length == 0) {
            slots = new Entry[SLOTS];
        }
        int slot = hash(kind, bytes, from, to);
        for (Entry entry = slots[slot]; entry != null; entry = slots[slot]) {
            if (entry.kind == kind && Arrays.equals(bytes, from, to, entry.bytes, 0, entry.bytes.length)) {
                return route.allows(entry.id) ? entry : null;
            }
            slot = slot + 1 & SLOTS - 1;
        }
        return learn(kind, route, bytes, from, to);
    }

    private @Nullable Entry learn(int kind, TopicRoute route, byte[] bytes, int from, int to) {
        String id = new String(bytes, from, to - from, StandardCharsets.US_ASCII);
        int number = DeviceIds.valid(id) && route.allows(id) ? devices.number(kind, id) : -1;
        if (number < 0) {
            return null;
        }
        if (entries == ENTRIES_MAX) {
            Arrays.fill(slots, null);
            entries = 0;
        }
        Entry entry = new Entry(kind, Arrays.copyOfRange(bytes, from, to), id, number);
        int slot = hash(kind, bytes, from, to);
        while (slots[slot] != null) {
            slot = slot + 1 & SLOTS - 1;
        }
        slots[slot] = entry;
        entries++;
        return entry;
    }

    private static int hash(int kind, byte[] bytes, int from, int to) {
        int hash = kind;
        for (int i = from; i < to; i++) {
            hash = hash * 31 + bytes[i];
        }
        hash *= 0x9E37_79B9;
        return hash >>> 17;
    }
}
