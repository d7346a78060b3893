package io.fieldwatch.storage;

import io.fieldwatch.telemetry.MetricSet;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that does one task over and over. A failure is counted and logged, and the task is tried again after a pause
 * that grows; an {@link Error} ends the thread. It is never interrupted, because an interrupt closes the log's files.
 */
final class Worker {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private static final long PAUSE_MILLIS = 100;
    private static final long PAUSE_MILLIS_MAX = 5_000;
    private static final long SAME_FAILURE_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final int MESSAGE_LENGTH_MAX = 1_000;

    private final Task task;
    private final MetricSet<StorageMetric> metrics;
    private final Thread thread;
    private final CountDownLatch stop = new CountDownLatch(1);

    private @Nullable String failure;
    private long loggedNanos;

    /** What a worker does. All calls come from its thread. */
    interface Task {

        /** Does what there is to do, waiting for it at most about a second. */
        void doWork() throws Exception;

        /** After {@link #doWork} threw: get ready to begin again. */
        void recover(Exception failure);

        /** The last call. */
        void end();
    }

    Worker(String name, Task task, MetricSet<StorageMetric> metrics) {
        this.task = task;
        this.metrics = metrics;
        thread = new Thread(this::run, name);
    }

    void start() {
        thread.start();
    }

    boolean stopping() {
        return stop.getCount() == 0;
    }

    /**
     * Asks the thread to end after what it is doing, and waits.
     *
     * @param cut called when it has not ended after that time; then it gets the same time once more
     */
    void stop(Duration wait, Runnable cut) {
        stop.countDown();
        if (!ended(wait)) {
            cut.run();
            if (!ended(wait)) {
                LOG.warn("{} has not ended; the next start asks the database how far it came", thread.getName());
            }
        }
    }

    private boolean ended(Duration wait) {
        try {
            thread.join(wait.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private void run() {
        try {
            long pauseMillis = PAUSE_MILLIS;
            while (!stopping()) {
                if (workOnce()) {
                    pauseMillis = PAUSE_MILLIS;
                } else {
                    pause(pauseMillis);
                    pauseMillis = Math.min(pauseMillis * 2, PAUSE_MILLIS_MAX);
                }
            }
        } finally {
            task.end();
        }
    }

    private boolean workOnce() {
        try {
            task.doWork();
            databaseUp(true);
            if (failure != null) {
                failure = null;
                LOG.info("{} works again", thread.getName());
            }
            return true;
        } catch (Exception e) {
            if (!stopping()) {
                if (!(e instanceof IOException)) { // that would be the log
                    databaseUp(false);
                }
                metrics.add(StorageMetric.RETRIES, 1);
                report(e);
            }
            task.recover(e);
            return false;
        }
    }

    /** Several workers share this gauge. */
    private void databaseUp(boolean up) {
        synchronized (metrics) {
            metrics.set(StorageMetric.DATABASE_UP, up ? 1 : 0);
        }
    }

    /** The first of a run of equal failures, and then one a minute. */
    private void report(Exception e) {
        String message = Objects.toString(e.getMessage(), "");
        String what = e.getClass().getSimpleName() + ": "
                + message.substring(0, Math.min(message.length(), MESSAGE_LENGTH_MAX));
        long now = System.nanoTime();
        if (!what.equals(failure) || now - loggedNanos > SAME_FAILURE_AGAIN_NANOS) {
            failure = what;
            loggedNanos = now;
            if (e instanceof IOException) {
                LOG.error("{} cannot read its log and tries again: {}", thread.getName(), what);
            } else {
                LOG.warn("{} failed and tries again; nothing is lost: {}", thread.getName(), what);
            }
            LOG.debug("{} failed", thread.getName(), e);
        }
    }

    private void pause(long millis) {
        long jittered = millis / 2 + ThreadLocalRandom.current().nextLong(millis);
        try {
            boolean stopped = stop.await(jittered, TimeUnit.MILLISECONDS);
            LOG.trace("{} paused {} ms, stopped {}", thread.getName(), jittered, stopped);
        } catch (InterruptedException e) {
            LOG.warn("{} was interrupted, which nobody should do; it goes on", thread.getName());
        }
    }
}
