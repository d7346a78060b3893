package io.fieldwatch.journal;

/**
 * How full a log is at one moment.
 *
 * @param backlogBytes what the slowest durable reader has not released, entries not yet on stable storage included
 * @param roomBytes what the log would still take if its readers released nothing more
 * @param secondsToFull at the rate of the last minute, or {@link #NOT_FILLING}; 0 when it is full
 * @param slowestReader the name of that reader
 */
public record Budget(BudgetState state, long backlogBytes, long roomBytes, long secondsToFull, String slowestReader) {

    /** The backlog does not grow, or so slowly that the log would be full in a week at the earliest. */
    public static final long NOT_FILLING = -1;

    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    /** 0 to 100: the backlog as a share of itself and the room. */
    public int usedPercent() {
        return usedPercent(backlogBytes, roomBytes);
    }

    static int usedPercent(long backlogBytes, long roomBytes) {
        return backlogBytes == 0 ? 0 : (int) (100.0 * backlogBytes / (backlogBytes + roomBytes));
    }

    /** Whole minutes to full, or {@link #NOT_FILLING}. */
    public long minutesToFull() {
        return secondsToFull < 0 ? NOT_FILLING : secondsToFull / MINUTE;
    }

    /** In words for operators, such as "AMBER: 63 % used, full in about 41 minutes, waiting for storage". */
    public String describe() {
        String used = state + ": " + usedPercent() + " % used";
        return switch (state) {
            case GREEN -> used + (secondsToFull >= 0 && secondsToFull < DAY ? ", " + fullIn() : "");
            case AMBER, RED -> used + (secondsToFull >= 0 ? ", " + fullIn() : "") + ", waiting for " + slowestReader;
            case FULL -> used + ", nothing more is taken until " + slowestReader + " has caught up";
        };
    }

    private String fullIn() {
        if (secondsToFull < 2 * MINUTE) {
            return "full in about " + secondsToFull + " seconds";
        }
        if (secondsToFull < 2 * HOUR) {
            return "full in about " + secondsToFull / MINUTE + " minutes";
        }
        return secondsToFull < 2 * DAY
                ? "full in about " + secondsToFull / HOUR + " hours"
                : "full in about " + secondsToFull / DAY + " days";
    }
}
