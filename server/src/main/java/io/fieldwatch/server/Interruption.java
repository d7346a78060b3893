package io.fieldwatch.server;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGTERM and Ctrl-C into an interrupt of the thread that made this, and lets the process end only when that thread
 * has put everything away, or after half a minute.
 */
final class Interruption implements AutoCloseable {

    private static final long DONE_WAIT_SECONDS = 30;

    private final Thread worker = Thread.currentThread();
    private final CountDownLatch done = new CountDownLatch(1);

    Interruption() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "fieldwatch-interruption"));
    }

    private void onShutdown() {
        if (done.getCount() == 0) {
            return;
        }
        worker.interrupt();
        try {
            boolean inTime = done.await(DONE_WAIT_SECONDS, TimeUnit.SECONDS);
            if (!inTime) {
                System.err.println("fieldwatch: not everything was put away in " + DONE_WAIT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        done.countDown();
    }
}
