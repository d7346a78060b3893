package io.fieldwatch.console;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A few threads for work that may block, with a limit to how much of it waits. Thread-safe. */
final class Workers {

    private static final long WARN_AFTER_SECONDS = 30;

    private final WorkerExecutor threads;
    private final int atOnceMax;
    private final AtomicInteger atOnce = new AtomicInteger();

    /**
     * @param atOnceMax work that runs or waits; what comes beyond is refused
     */
    Workers(Vertx vertx, String name, int threadCount, int atOnceMax) {
        threads = vertx.createSharedWorkerExecutor(name, threadCount, WARN_AFTER_SECONDS, TimeUnit.SECONDS);
        this.atOnceMax = atOnceMax;
    }

    /** Completes on the caller's event loop; fails with a {@link Problem} when there is too much to do. */
    <T> Future<T> run(Callable<T> work) {
        if (atOnce.incrementAndGet() > atOnceMax) {
            atOnce.decrementAndGet();
            return Future.failedFuture(Problem.unavailable("too many requests are being worked on; try again soon"));
        }
        return threads.executeBlocking(work, false).onComplete(done -> atOnce.decrementAndGet());
    }
}
