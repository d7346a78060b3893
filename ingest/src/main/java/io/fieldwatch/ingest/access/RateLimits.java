package io.fieldwatch.ingest.access;
/** Stub. */
public record RateLimits(int x) {
    public static final RateLimits NONE = new RateLimits(0);
}
