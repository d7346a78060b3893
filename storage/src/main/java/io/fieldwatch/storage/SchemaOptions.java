package io.fieldwatch.storage;

import java.time.Duration;
import java.time.ZoneId;

/**
 * What the tables of the kinds are like beside what the catalogue says.
 *
 * @param retention how long observations and quarantine are kept, 7 days to 100 years
 * @param columnstoreAfter how old a chunk is when the Community edition turns what is left of it in rows into columns;
 *     observations older than that are late
 * @param chunkInterval how much time is in one chunk of a new hypertable
 * @param zone whose days the daily figures have
 */
public record SchemaOptions(Duration retention, Duration columnstoreAfter, Duration chunkInterval, ZoneId zone) {

    /** The daily figures are refreshed over some days, none of which may have been dropped in part. */
    public static final Duration RETENTION_MIN = Duration.ofDays(7);

    private static final Duration RETENTION_MAX = Duration.ofDays(36_525);
    private static final Duration HOUR = Duration.ofHours(1);

    public static final SchemaOptions DEFAULT = new SchemaOptions(
            Duration.ofDays(366), Duration.ofDays(7), Duration.ofDays(1), ZoneId.of("Asia/Ho_Chi_Minh"));

    public SchemaOptions {
        requireBetween("retention", retention, RETENTION_MIN, RETENTION_MAX);
        requireBetween("columnstoreAfter", columnstoreAfter, HOUR, retention);
        requireBetween("chunkInterval", chunkInterval, HOUR, retention);
    }

    public SchemaOptions withRetention(Duration newRetention) {
        return new SchemaOptions(newRetention, columnstoreAfter, chunkInterval, zone);
    }

    private static void requireBetween(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " " + value + " is not " + min + " to " + max);
        }
    }
}
