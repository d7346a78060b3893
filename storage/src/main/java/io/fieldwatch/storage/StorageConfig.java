package io.fieldwatch.storage;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How storage reaches its database and how it batches.
 *
 * @param jdbcUrl {@code jdbc:postgresql:…}; may carry user and password
 * @param user null when the URL has it
 * @param password null when the URL has it or none is needed
 * @param writers connections that write observations at the same time
 * @param batchRowsMax observations in one transaction
 * @param batchBytesMax bytes of encoded rows and of quarantined payloads in one transaction, about
 * @param visibleWithin how long an observation may wait for others to share its transaction
 * @param connectTimeout for a new connection, and for a free one of the pool
 * @param queryTimeout for one of the console's queries
 * @param retention an observation older than this at its arrival is quarantined, and chunks older than this are dropped
 * @param futureMax an observation further ahead of its arrival than this is quarantined, so that a device with a wrong
 *     clock cannot make chunks of the future
 * @param identities how many of a device's latest observations are remembered to recognise what it sends again
 * @param writeTimeout silence of the server after which a write is given up and the database asked what became of it
 */
public record StorageConfig(
        String jdbcUrl,
        @Nullable String user,
        @Nullable String password,
        int writers,
        int batchRowsMax,
        int batchBytesMax,
        Duration visibleWithin,
        Duration connectTimeout,
        Duration queryTimeout,
        Duration writeTimeout,
        Duration retention,
        Duration futureMax,
        int identities) {

    public StorageConfig {
        if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("the database URL must begin with jdbc:postgresql:");
        }
        if (writers < 1 || writers > 16) {
            throw new IllegalArgumentException("writers " + writers + " is not 1 to 16");
        }
        if (batchRowsMax < 1 || batchRowsMax > 10_000_000) {
            throw new IllegalArgumentException("batchRowsMax " + batchRowsMax + " is not 1 to 10,000,000");
        }
        if (batchBytesMax < 1 << 16 || batchBytesMax > 1 << 29) {
            throw new IllegalArgumentException("batchBytesMax " + batchBytesMax + " is not 64 KiB to 512 MiB");
        }
        requireUpTo("visibleWithin", visibleWithin, Duration.ofMinutes(1));
        requireUpTo("connectTimeout", connectTimeout, Duration.ofMinutes(1));
        requireUpTo("queryTimeout", queryTimeout, Duration.ofHours(1));
        requireUpTo("writeTimeout", writeTimeout, Duration.ofHours(1));
        requireUpTo("retention", retention, Duration.ofDays(36_525));
        requireUpTo("futureMax", futureMax, Duration.ofDays(366));
        if (identities < 1 || identities > 1024) {
            throw new IllegalArgumentException("identities " + identities + " is not 1 to 1024");
        }
    }

    /** The defaults, for a URL that says everything. */
    public static StorageConfig of(String jdbcUrl) {
        return new StorageConfig(
                jdbcUrl,
                null,
                null,
                2,
                100_000,
                32 << 20,
                Duration.ofMillis(500),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofMinutes(2),
                Duration.ofDays(366),
                Duration.ofDays(1),
                16);
    }

    public StorageConfig withCredentials(@Nullable String newUser, @Nullable String newPassword) {
        return new StorageConfig(
                jdbcUrl,
                newUser,
                newPassword,
                writers,
                batchRowsMax,
                batchBytesMax,
                visibleWithin,
                connectTimeout,
                queryTimeout,
                writeTimeout,
                retention,
                futureMax,
                identities);
    }

    public StorageConfig withWriters(int connections) {
        return new StorageConfig(
                jdbcUrl,
                user,
                password,
                connections,
                batchRowsMax,
                batchBytesMax,
                visibleWithin,
                connectTimeout,
                queryTimeout,
                writeTimeout,
                retention,
                futureMax,
                identities);
    }

    public StorageConfig withBatchRowsMax(int rows) {
        return new StorageConfig(
                jdbcUrl,
                user,
                password,
                writers,
                rows,
                batchBytesMax,
                visibleWithin,
                connectTimeout,
                queryTimeout,
                writeTimeout,
                retention,
                futureMax,
                identities);
    }

    public StorageConfig withWriteTimeout(Duration timeout) {
        return new StorageConfig(
                jdbcUrl,
                user,
                password,
                writers,
                batchRowsMax,
                batchBytesMax,
                visibleWithin,
                connectTimeout,
                queryTimeout,
                timeout,
                retention,
                futureMax,
                identities);
    }

    public StorageConfig withConnectTimeout(Duration timeout) {
        return new StorageConfig(
                jdbcUrl,
                user,
                password,
                writers,
                batchRowsMax,
                batchBytesMax,
                visibleWithin,
                timeout,
                queryTimeout,
                writeTimeout,
                retention,
                futureMax,
                identities);
    }

    public StorageConfig withVisibleWithin(Duration time) {
        return new StorageConfig(
                jdbcUrl,
                user,
                password,
                writers,
                batchRowsMax,
                batchBytesMax,
                time,
                connectTimeout,
                queryTimeout,
                writeTimeout,
                retention,
                futureMax,
                identities);
    }

    public StorageConfig withTimes(Duration newRetention, Duration newFutureMax) {
        return new StorageConfig(
                jdbcUrl,
                user,
                password,
                writers,
                batchRowsMax,
                batchBytesMax,
                visibleWithin,
                connectTimeout,
                queryTimeout,
                writeTimeout,
                newRetention,
                newFutureMax,
                identities);
    }

    /** Without secrets, for logs. */
    @Override
    public String toString() {
        return "StorageConfig[jdbcUrl=" + safeUrl() + ", user=" + user + ", password="
                + (password == null ? "none" : "***") + ", writers=" + writers + ", batchRowsMax=" + batchRowsMax
                + ", batchBytesMax=" + batchBytesMax + ", visibleWithin=" + visibleWithin + ", connectTimeout="
                + connectTimeout + ", queryTimeout=" + queryTimeout + ", writeTimeout=" + writeTimeout + ", retention="
                + retention + ", futureMax=" + futureMax + ", identities=" + identities + "]";
    }

    /** The URL with any password in it masked. */
    public String safeUrl() {
        return jdbcUrl.replaceAll("(?i)((?:ssl)?password=)[^&]*", "$1***").replaceAll("(//[^/@:]*:)[^/@]*@", "$1***@");
    }

    private static void requireUpTo(String name, Duration value, Duration max) {
        if (value.toMillis() < 1 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " " + value + " is not 1 ms to " + max);
        }
    }
}
