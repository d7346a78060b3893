package io.fieldwatch.ingest.mqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One timer for all deadlines of an event loop: a ring of slots, each a list through the entries themselves, so that an
 * idle connection costs three fields and is looked at only when something of it may be due. An entry that is due is taken
 * out and handed to the owner, who looks whether it really is and schedules it again. Also the list of all that are in it.
 * Belongs to one event loop.
 */
final class DeadlineWheel<E extends DeadlineWheel.Entry<E>> {

    /** In a wheel at most once. */
    abstract static class Entry<E extends Entry<E>> {

        private @Nullable E next;
        private @Nullable E previous;
        private int slot = -1;
    }

    private final @Nullable Entry<E>[] slots;
    private final long slotNanos;
    private final Consumer<E> due;
    private long turnedNanos;
    private int at;

    /**
     * @param slotNanos how exact deadlines are
     * @param due told of each entry whose time may have come; usually puts it in again
     */
    @SuppressWarnings("unchecked")
    DeadlineWheel(int slots, long slotNanos, long nowNanos, Consumer<E> due) {
        this.slots = (Entry<E>[]) new Entry<?>[slots];
        this.slotNanos = slotNanos;
        this.due = due;
        this.turnedNanos = nowNanos;
    }

    /** Puts an entry in, or at another place. One further away than the ring is long comes up early. */
    void schedule(E entry, long nowNanos, long delayNanos) {
        remove(entry);
        long fromTurn = nowNanos - turnedNanos + delayNanos;
        long slotsAway = Math.max(1, Math.min(slots.length - 1L, fromTurn / slotNanos + 1));
        link(entry, (int) ((at + slotsAway) % slots.length));
    }

    void remove(E entry) {
        Entry<E> links = entry;
        int slot = links.slot;
        if (slot < 0) {
            return;
        }
        @Nullable E next = links.next;
        @Nullable E previous = links.previous;
        if (previous == null) {
            slots[slot] = next;
        } else {
            ((Entry<E>) previous).next = next;
        }
        if (next != null) {
            ((Entry<E>) next).previous = previous;
        }
        links.next = null;
        links.previous = null;
        links.slot = -1;
    }

    /** Lets time pass; hands over what is due. */
    void turn(long nowNanos) {
        while (nowNanos - turnedNanos >= slotNanos) {
            turnedNanos += slotNanos;
            at = (at + 1) % slots.length;
            drain(at);
        }
    }

    /** All that are in it; a copy. */
    List<E> all() {
        List<E> all = new ArrayList<>();
        for (int slot = 0; slot < slots.length; slot++) {
            for (E entry = first(slot); entry != null; entry = ((Entry<E>) entry).next) {
                all.add(entry);
            }
        }
        return all;
    }

    /** What is put into the same slot meanwhile waits for its next turn, for it is at least one slot away. */
    private void drain(int slot) {
        for (E entry = first(slot); entry != null; entry = first(slot)) {
            remove(entry);
            due.accept(entry);
        }
    }

    @SuppressWarnings("unchecked")
    private @Nullable E first(int slot) {
        return (E) slots[slot];
    }

    private void link(E entry, int slot) {
        Entry<E> links = entry;
        @Nullable E head = first(slot);
        links.next = head;
        links.slot = slot;
        if (head != null) {
            ((Entry<E>) head).previous = entry;
        }
        slots[slot] = entry;
    }
}
