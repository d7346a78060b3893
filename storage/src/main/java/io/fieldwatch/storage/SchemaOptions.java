package io.fieldwatch.storage;

import java.time.Duration;
import java.time.ZoneId;

/**
 * What the tables of the kinds are like beside what the catalogue says.
 *
 * @param retention how long observations and quarantine are kept
 * @param columnstoreAfter how old a chunk is when the Community edition turns what is left of it in rows into columns;
 *     observations older than that are late
 * @param chunkInterval how much time is in one chunk of a new hypertable
 * @param zone whose days the daily figures have
 */
public record SchemaOptions(Duration retention, Duration columnstoreAfter, Duration chunkInterval, ZoneId zone) {

    public static final SchemaOptions DEFAULT = new SchemaOptions(
            Duration.ofDays(366), Duration.ofDays(7), Duration.ofDays(1), ZoneId.of("Asia/Ho_Chi_Minh"));

    public SchemaOptions {
        requirePositive("retention", retention);
        requirePositive("columnstoreAfter", columnstoreAfter);
        requirePositive("chunkInterval", chunkInterval);
    }

    public SchemaOptions withRetention(Duration newRetention) {
        return new SchemaOptions(newRetention, columnstoreAfter, chunkInterval, zone);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(name + " " + value + " is not positive");
        }
    }
}
