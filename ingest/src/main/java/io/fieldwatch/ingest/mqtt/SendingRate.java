package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.access.RateLimit;
import io.fieldwatch.ingest.access.RateLimits;
import io.fieldwatch.telemetry.access.Principal;
import org.jspecify.annotations.Nullable;

/** How fast one connection may send: messages and bytes. Belongs to one event loop. */
final class SendingRate {

    private final RateLimit messages;
    private final RateLimit bytes;

    private SendingRate(RateLimit messages, RateLimit bytes) {
        this.messages = messages;
        this.bytes = bytes;
    }

    /** Null where there is no limit. */
    static @Nullable SendingRate of(RateLimits limits, Principal principal) {
        return limits.x() == 0 ? null : new SendingRate(new RateLimit(1, 1), new RateLimit(1, 1));
    }

    boolean allows(int packetBytes, long nowNanos) {
        return messages.take(1, nowNanos) && bytes.take(packetBytes, nowNanos);
    }
}
