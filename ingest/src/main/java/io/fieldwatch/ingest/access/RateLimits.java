package io.fieldwatch.ingest.access;

/**
 * How much each one who has credentials may do, all its connections together.
 *
 * @param messagesPerSecond on average; 0 for no limit
 * @param bytesPerSecond of packets, on average; 0 for no limit
 * @param connectsPerMinute on average; 0 for no limit
 * @param burstSeconds of the averages above may come at once: a device that was offline has much to say
 */
public record RateLimits(int messagesPerSecond, int bytesPerSecond, int connectsPerMinute, int burstSeconds) {

    public static final RateLimits NONE = new RateLimits(0, 0, 0, 60);

    /** 1,000 messages and 1 MiB a second, 30 connects a minute, a minute's worth at once. */
    public static final RateLimits STANDARD = new RateLimits(1000, 1 << 20, 30, 60);

    public RateLimits {
        if (messagesPerSecond < 0 || bytesPerSecond < 0 || connectsPerMinute < 0 || burstSeconds < 1) {
            throw new IllegalArgumentException("limits must not be negative, and burstSeconds at least 1");
        }
    }
}
