package io.fieldwatch.console;

import io.fieldwatch.alerts.AlertEvent;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The last alert events, ready to be sent, under running numbers. Thread-safe.
 *
 * <p>Numbers begin at the server's start in microseconds since 1970, so that a number a page remembers from an earlier
 * run is never mistaken for one of this run.
 */
final class EventRing {

    private record Entry(long number, AlertEvent event, Buffer frame) {}

    private final int capacity;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private long next;

    EventRing(int capacity, long startMicros) {
        this.capacity = capacity;
        next = startMicros;
    }

    synchronized void add(AlertEvent event) {
        long number = next++;
        if (entries.size() == capacity) {
            entries.removeFirst();
        }
        entries.addLast(new Entry(number, event, SseFrame.of("alert", number, json -> AlertJson.event(json, event))));
    }

    /** Number of the newest event; one less than the first number when there is none yet. */
    synchronized long newest() {
        return next - 1;
    }

    /** The events behind a number in their order; empty when the ring does not reach back that far. */
    synchronized Optional<Events> after(long number) {
        if (number >= next || number < next - 1 - entries.size()) {
            return Optional.empty();
        }
        Buffer frames = Buffer.buffer();
        for (Entry entry : entries) {
            if (entry.number() > number) {
                frames.appendBuffer(entry.frame());
            }
        }
        return Optional.of(new Events(next - 1, frames));
    }

    /** What happened last to each alert, as far back as the ring reaches, the newest last. */
    synchronized List<AlertEvent> recent() {
        List<AlertEvent> events = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            events.add(entry.event());
        }
        return events;
    }

    /**
     * @param newest number of the last event in it
     * @param frames empty when there is nothing new
     */
    record Events(long newest, Buffer frames) {}
}
