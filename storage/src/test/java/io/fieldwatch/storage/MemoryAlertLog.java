package io.fieldwatch.storage;

import io.fieldwatch.alerts.AlertLog;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** An alert log in memory; every entry is durable at once and is one position long. */
final class MemoryAlertLog implements AlertLog {

    private final UUID id = UUID.randomUUID();
    private final List<byte[]> entries = new ArrayList<>();

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public synchronized CompletableFuture<Long> append(byte[] entry) {
        entries.add(entry);
        notifyAll();
        return CompletableFuture.completedFuture((long) entries.size() - 1);
    }

    @Override
    public synchronized long end() {
        return entries.size();
    }

    @Override
    public Reader read(String reader, long from) {
        return new MemoryReader(from);
    }

    @Override
    public void close() {}

    private final class MemoryReader implements Reader {

        private long next;
        private byte[] entry = new byte[0];

        MemoryReader(long from) {
            next = from;
        }

        @Override
        public boolean next(long waitMillis) throws InterruptedException {
            synchronized (MemoryAlertLog.this) {
                long deadline = System.nanoTime() + waitMillis * 1_000_000;
                while (next >= entries.size()) {
                    long left = (deadline - System.nanoTime()) / 1_000_000;
                    if (left <= 0) {
                        return false;
                    }
                    MemoryAlertLog.this.wait(left);
                }
                entry = entries.get((int) next++);
                return true;
            }
        }

        @Override
        public byte[] entry() {
            return entry;
        }

        @Override
        public long position() {
            return next - 1;
        }

        @Override
        public long nextPosition() {
            return next;
        }

        @Override
        public void release(long position) {}

        @Override
        public void close() {}
    }
}
