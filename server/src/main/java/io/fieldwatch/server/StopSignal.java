package io.fieldwatch.server;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns SIGTERM and Ctrl-C into an orderly stop: the command's thread learns of the signal, and the process ends only
 * when that thread has said that it is done, or after a minute.
 */
final class StopSignal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);
    private static final long DONE_WAIT_SECONDS = 60;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "fieldwatch-stop"));
    }

    /** Waits for the signal; false when it did not come within the time. */
    boolean await(long millis) throws InterruptedException {
        return asked.await(millis, TimeUnit.MILLISECONDS);
    }

    private void onShutdown() {
        asked.countDown();
        try {
            if (!done.await(DONE_WAIT_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the stop took longer than a minute; what is not stored yet is in the log");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Everything is stopped; the process may end. */
    @Override
    public void close() {
        done.countDown();
    }
}
