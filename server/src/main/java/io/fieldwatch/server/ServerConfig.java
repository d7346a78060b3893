package io.fieldwatch.server;

import io.fieldwatch.ingest.mqtt.Listener;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Everything a deployment decides, validated once at the start; {@link ConfigFile} reads it.
 *
 * @param dataDir holds both logs; the one directory to keep
 * @param catalogue kinds of device, or null for the built-in ten
 * @param rules alert rules, or null for the built-in pack
 */
record ServerConfig(
        Path dataDir,
        @Nullable Path catalogue,
        @Nullable Path rules,
        MqttSettings mqtt,
        Journal journal,
        Database database,
        Http http) {

    /**
     * The logs on local disk.
     *
     * @param segmentMegabytes size of one file
     * @param budgetMegabytes what the observation log may keep while the database is away
     */
    record Journal(int segmentMegabytes, int budgetMegabytes) {

        Journal {
            if (budgetMegabytes < 3 * segmentMegabytes) {
                throw new IllegalArgumentException("budgetMegabytes must be at least three segments, that is "
                        + 3 * segmentMegabytes + ", but is " + budgetMegabytes);
            }
        }
    }

    /**
     * Where observations are stored; user and password may also stand in the URL.
     *
     * @param writers connections that write at the same time
     * @param batchRowsMax observations in one transaction, when many wait
     * @param visibleWithin how soon an observation can be seen in the database, when few come
     * @param retention observations older than this are removed
     */
    record Database(
            String url,
            @Nullable String user,
            @Nullable String password,
            int writers,
            int batchRowsMax,
            Duration visibleWithin,
            Duration retention) {

        Database withUrl(String other) {
            return new Database(other, null, null, writers, batchRowsMax, visibleWithin, retention);
        }

        @Override
        public String toString() {
            return "Database[url=" + ConfigFile.maskPassword(url) + ", user=" + user + ", password="
                    + (password == null ? "none" : "***") + "]";
        }
    }

    /**
     * The console.
     *
     * @param allowAnonymous let it listen beyond loopback although it has no log-in; only behind a proxy that has
     * @param tileUrl map tiles, or null for a map without a background
     */
    record Http(
            String bind,
            int port,
            boolean allowAnonymous,
            @Nullable String tileUrl,
            String tileAttribution) {

        Http {
            requireLoopback(bind, allowAnonymous);
        }

        Http withPort(int other) {
            return new Http(bind, other, allowAnonymous, tileUrl, tileAttribution);
        }
    }

    /** Hardened by default: whoever opens the door to others has to say so. */
    private static void requireLoopback(String bind, boolean allowAnonymous) {
        if (!allowAnonymous && !Listener.address(bind).isLoopbackAddress()) {
            throw new IllegalArgumentException("http.bind is " + bind
                    + ", which other machines can reach, and nobody there has to say who they are; set"
                    + " http.allowAnonymous to true to allow it");
        }
    }
}
