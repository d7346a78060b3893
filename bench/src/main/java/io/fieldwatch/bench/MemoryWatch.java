package io.fieldwatch.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * Samples this process's resident memory while something goes on. The first tenth counts as warm-up: the heap grows to
 * its working size in it.
 */
final class MemoryWatch implements AutoCloseable {

    private static final long EVERY_MILLIS = 100;
    private static final double WARM_UP = 0.1;
    private static final int MIB = 1 << 20;

    private final DoubleSupplier progress;
    private final Thread thread = new Thread(this::watch, "bench-memory");
    private final List<Integer> atTenths = new ArrayList<>(); // guarded by this
    private long max; // guarded by this
    private long minAfterWarmUp = Long.MAX_VALUE; // guarded by this

    /** @param progress from 0 to 1; asked by another thread */
    MemoryWatch(DoubleSupplier progress) {
        this.progress = progress;
        thread.setDaemon(true);
        thread.start();
    }

    /** Megabytes (of 2^20 bytes) at the most. */
    synchronized int maxMegabytes() {
        return (int) (max / MIB);
    }

    /** Megabytes at the least since the first tenth was done. */
    synchronized int minAfterWarmUpMegabytes() {
        return (int) (Math.min(max, minAfterWarmUp) / MIB);
    }

    /** Megabytes at each tenth of the way. */
    synchronized List<Integer> atTenthsMegabytes() {
        return List.copyOf(atTenths);
    }

    private void watch() {
        try {
            while (true) {
                sample();
                Thread.sleep(EVERY_MILLIS);
            }
        } catch (InterruptedException e) {
            sample();
        }
    }

    private synchronized void sample() {
        long now = ProcFiles.residentBytes().orElse(0);
        double done = progress.getAsDouble();
        max = Math.max(max, now);
        if (done >= WARM_UP) {
            minAfterWarmUp = Math.min(minAfterWarmUp, now);
        }
        while (atTenths.size() <= done * 10) {
            atTenths.add((int) (now / MIB));
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }
}
