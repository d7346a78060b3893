package io.fieldwatch.ingest.access;

/** A bucket of tokens that fills at a steady rate. Allocates nothing; one thread at a time. */
public final class RateLimit {

    private final double perNano;
    private final double burst;
    private double tokens;
    private long filledNanos;
    private boolean begun;

    /** @param burst what can be taken at once after a long time; at the beginning the bucket is full */
    public RateLimit(double perSecond, double burst) {
        if (!(perSecond > 0 && burst >= 1)) {
            throw new IllegalArgumentException(perSecond + " per second in bursts of " + burst);
        }
        this.perNano = perSecond / 1e9;
        this.burst = burst;
        this.tokens = burst;
    }

    /** Takes so many, or none when there are not so many. More than a burst is taken from a full bucket, as a debt. */
    public boolean take(long amount, long nowNanos) {
        if (!begun) {
            begun = true;
            filledNanos = nowNanos;
        }
        long passed = nowNanos - filledNanos;
        if (passed > 0) {
            tokens = Math.min(burst, tokens + passed * perNano);
            filledNanos = nowNanos;
        }
        if (tokens < Math.min((double) amount, burst)) {
            return false;
        }
        tokens -= amount;
        return true;
    }
}
