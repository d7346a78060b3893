package io.fieldwatch.journal;

import java.util.concurrent.TimeUnit;

/**
 * Whether a log does its work, in a line for operators.
 *
 * @param ready false when it is full, has failed, is damaged, or the disk does not answer
 */
public record LogHealth(boolean ready, String detail) {

    private static final long DISK_SECONDS_MAX = 10;

    static LogHealth of(Budget budget, GroupCommit commit, DamageAlarm alarm, Housekeeper housekeeper) {
        if (commit.failure().isPresent()) {
            return bad("FAILED, to be started again: " + commit.failure().get());
        }
        if (alarm.first().isPresent()) {
            return bad("DAMAGED: " + alarm.first().get().getMessage());
        }
        if (housekeeper.obstacle().isPresent()) {
            return bad("FULL: the next segment cannot be written, nothing more is taken until it can: "
                    + housekeeper.obstacle().get());
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(commit.diskSilentNanos());
        if (seconds >= DISK_SECONDS_MAX) {
            return bad("the disk has not answered for " + seconds + " seconds");
        }
        return new LogHealth(budget.state() != BudgetState.FULL, budget.describe());
    }

    private static LogHealth bad(String detail) {
        return new LogHealth(false, detail);
    }
}
