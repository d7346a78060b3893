package io.fieldwatch.alerts;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** An alert log in memory: durable at once, or when a test says so. */
final class MemoryAlertLog implements AlertLog {

    private final UUID id = UUID.randomUUID();
    private final List<byte[]> entries = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private boolean holding;
    private long released;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Waiting(byte[] entry, CompletableFuture<Long> durable) {}

    MemoryAlertLog() {}

    /** What was left of a log after a crash. */
    MemoryAlertLog(List<byte[]> entries) {
        this.entries.addAll(entries);
    }

    synchronized List<byte[]> entries() {
        return List.copyOf(entries);
    }

    List<AlertEvent> events() {
        return entries().stream()
                .flatMap(entry -> AlertEntryCodec.transition(entry).stream())
                .toList();
    }

    synchronized long released() {
        return released;
    }

    synchronized void hold() {
        holding = true;
    }

    synchronized void releaseHeld() {
        holding = false;
        for (Waiting each : waiting) {
            entries.add(each.entry());
            each.durable().complete(entries.size() - 1L);
        }
        waiting.clear();
    }

    synchronized void failHeld() {
        waiting.forEach(each -> each.durable().completeExceptionally(new IOException("disk gone")));
        waiting.clear();
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public synchronized CompletableFuture<Long> append(byte[] entry) {
        CompletableFuture<Long> durable = new CompletableFuture<>();
        if (holding) {
            waiting.add(new Waiting(entry, durable));
        } else {
            entries.add(entry);
            durable.complete(entries.size() - 1L);
        }
        return durable;
    }

    /** Positions are indexes here. */
    @Override
    public synchronized long end() {
        return entries.size();
    }

    @Override
    public Reader read(String reader, long from) {
        return new IndexReader(Math.toIntExact(from));
    }

    @Override
    public void close() {}

    private final class IndexReader implements Reader {

        private int position;
        private int nextPosition;

        IndexReader(int from) {
            nextPosition = from;
        }

        @Override
        public boolean next(long waitMillis) {
            if (nextPosition >= end()) {
                return false;
            }
            position = nextPosition++;
            return true;
        }

        @Override
        public byte[] entry() {
            return entries().get(position);
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public long nextPosition() {
            return nextPosition;
        }

        @Override
        public void release(long upTo) {
            synchronized (MemoryAlertLog.this) {
                released = upTo;
            }
        }

        @Override
        public void close() {}
    }
}
