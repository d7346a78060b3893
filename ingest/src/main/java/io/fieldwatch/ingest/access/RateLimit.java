package io.fieldwatch.ingest.access;
/** Stub. */
public final class RateLimit {
    public RateLimit(double perSecond, double burst) {}

    public boolean take(long amount, long nowNanos) {
        return true;
    }
}
