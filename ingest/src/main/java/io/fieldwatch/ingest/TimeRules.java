package io.fieldwatch.ingest;

/** Which times observations may have, and which one those get that have none. One for each decoder; one thread. */
final class TimeRules {

    private static final long STAMP_LEAD_MICROS_MAX = 1_000_000;

    private final long futureMicrosMax;
    private final long clockErrorMicrosMax;
    private final long ageMicrosMax;
    private long lastStamp;
    private long markedStamp;

    TimeRules(IngestConfig config) {
        futureMicrosMax = config.maxFuture().toMillis() * 1000;
        clockErrorMicrosMax = config.clockErrorMax().toMillis() * 1000;
        ageMicrosMax = config.maxAge().toMillis() * 1000;
    }

    boolean tooFarAhead(long timeMicros, long arrivalMicros) {
        return timeMicros > arrivalMicros + futureMicrosMax;
    }

    boolean tooOld(long timeMicros, long arrivalMicros) {
        return timeMicros < arrivalMicros - ageMicrosMax;
    }

    /** Further ahead than a clock that is nearly right. */
    boolean ahead(long timeMicros, long arrivalMicros) {
        return timeMicros > arrivalMicros + clockErrorMicrosMax;
    }

    /**
     * A time for an observation without one. Each gets its own microsecond: two of one device in one array, or in one
     * tick of the clock, would else have one identity. After the wall was set back it follows the wall.
     */
    long stamp(long arrivalMicros) {
        boolean ahead = lastStamp >= arrivalMicros && lastStamp - arrivalMicros < STAMP_LEAD_MICROS_MAX;
        lastStamp = ahead ? lastStamp + 1 : arrivalMicros;
        return lastStamp;
    }

    /** Remembers which stamps are given, for {@link #rollback}. */
    void mark() {
        markedStamp = lastStamp;
    }

    void rollback() {
        lastStamp = markedStamp;
    }
}
