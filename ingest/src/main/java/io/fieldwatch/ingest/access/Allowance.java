package io.fieldwatch.ingest.access;

import org.jspecify.annotations.Nullable;

/** What one principal may still send, over all its connections. Thread-safe. */
public final class Allowance {

    private final @Nullable RateLimit messages;
    private final @Nullable RateLimit bytes;
    private final @Nullable RateLimit connects;

    Allowance(RateLimits limits) {
        messages = limit(limits.messagesPerSecond(), limits.burstSeconds());
        bytes = limit(limits.bytesPerSecond(), limits.burstSeconds());
        connects = limits.connectsPerMinute() == 0
                ? null
                : new RateLimit(limits.connectsPerMinute() / 60.0, Math.max(1, limits.connectsPerMinute()));
    }

    /** Whether a message whose packet has so many bytes may be sent now; if so, it counts. */
    public synchronized boolean sends(int packetBytes, long nowNanos) {
        return (messages == null || messages.take(1, nowNanos)) && (bytes == null || bytes.take(packetBytes, nowNanos));
    }

    synchronized boolean connects(long nowNanos) {
        return connects == null || connects.take(1, nowNanos);
    }

    private static @Nullable RateLimit limit(int perSecond, int burstSeconds) {
        return perSecond == 0 ? null : new RateLimit(perSecond, (double) perSecond * burstSeconds);
    }
}
