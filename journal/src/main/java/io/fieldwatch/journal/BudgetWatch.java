package io.fieldwatch.journal;

import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an eye on how full the log is: state, rate and metrics, and one line in the operator's log for each change of the
 * state. It looks once a second, and whenever it is asked. Thread-safe.
 */
final class BudgetWatch {

    private static final Logger LOG = LoggerFactory.getLogger(BudgetWatch.class);
    private static final long SECONDS_MAX = TimeUnit.DAYS.toSeconds(7);

    private final String name;
    private final Clock clock;
    private final MetricSet<JournalMetric> metrics;
    private final ScheduledExecutorService timer;
    private BudgetState state = BudgetState.GREEN;
    private @Nullable FillRate rate;

    BudgetWatch(String name, Clock clock, MetricSet<JournalMetric> metrics) {
        this.name = name;
        this.clock = clock;
        this.metrics = metrics;
        this.timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "fieldwatch-journal-" + name + "-watch");
            thread.setDaemon(true);
            return thread;
        });
    }

    void start(Runnable look) {
        Runnable guarded = () -> {
            try {
                look.run();
            } catch (RuntimeException e) { // else the timer would end without a word
                LOG.error("watching the log {}", name, e);
            }
        };
        Future<?> unused = timer.scheduleWithFixedDelay(guarded, 0, 1, TimeUnit.SECONDS);
    }

    void close() {
        timer.shutdown();
    }

    /**
     * Takes in how things are.
     *
     * @param full not even the largest entry is taken
     */
    synchronized Budget look(long backlogBytes, long roomBytes, boolean full, String slowestReader) {
        long now = clock.nanos();
        FillRate known = rate;
        if (known == null) {
            known = new FillRate(now, backlogBytes);
            rate = known;
        }
        known.look(now, backlogBytes);
        BudgetState before = state;
        state = before.next(Budget.usedPercent(backlogBytes, roomBytes), full);
        long seconds = state == BudgetState.FULL ? 0 : secondsToFull(known.perSecond(), roomBytes);
        Budget budget = new Budget(state, backlogBytes, roomBytes, seconds, slowestReader);
        metrics.set(JournalMetric.BACKLOG_BYTES, backlogBytes);
        metrics.set(JournalMetric.ROOM_BYTES, roomBytes);
        metrics.set(JournalMetric.BUDGET_STATE, state.number());
        metrics.set(JournalMetric.MINUTES_TO_FULL, budget.minutesToFull());
        if (state.compareTo(before) > 0) {
            LOG.warn("the log {} is {}", name, budget.describe());
        } else if (state != before) {
            LOG.info("the log {} is better: {}", name, budget.describe());
        }
        return budget;
    }

    private static long secondsToFull(double bytesPerSecond, long roomBytes) {
        double seconds = bytesPerSecond <= 0 ? SECONDS_MAX : roomBytes / bytesPerSecond;
        return seconds >= SECONDS_MAX ? Budget.NOT_FILLING : (long) seconds;
    }
}
