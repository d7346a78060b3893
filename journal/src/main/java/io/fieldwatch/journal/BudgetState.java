package io.fieldwatch.journal;

/**
 * How full a log is with what its readers have not released, which mostly means: with what the database does not have
 * yet. Used is that backlog, as a share of the backlog and what the log would still take; files that are merely
 * allocated or wait to be deleted do not count.
 *
 * <p>This is the one place of the limits. A state is left for a better one only when ten points below the limit that it
 * was entered at, so that it does not flap: RED goes back to AMBER below 70 % and AMBER to GREEN below 40 %.
 */
public enum BudgetState {
    /** Below half. */
    GREEN(0, 0),
    /** From 50 % on: whoever feeds the database should look why it does not follow. */
    AMBER(1, 50),
    /** From 80 % on: act before the log is full. */
    RED(2, 80),
    /**
     * Not even the largest entry is taken: devices are held back, what was acknowledged is safe. It is entered at exactly
     * that point and left below 90 %.
     */
    FULL(3, 100);

    private static final int HYSTERESIS = 10;

    private final int number;
    private final int fromPercent;

    BudgetState(int number, int fromPercent) {
        this.number = number;
        this.fromPercent = fromPercent;
    }

    /** 0 for GREEN to 3 for FULL, as the metric says it. */
    public int number() {
        return number;
    }

    /** The state after this one. */
    BudgetState next(int usedPercent, boolean full) {
        if (full) {
            return FULL;
        }
        BudgetState worse = at(Math.min(usedPercent, FULL.fromPercent - 1));
        BudgetState better = at(usedPercent + HYSTERESIS);
        if (worse.compareTo(this) > 0) {
            return worse;
        }
        return better.compareTo(this) < 0 ? better : this;
    }

    private static BudgetState at(int percent) {
        BudgetState found = GREEN;
        for (BudgetState state : values()) {
            found = percent >= state.fromPercent ? state : found;
        }
        return found;
    }
}
