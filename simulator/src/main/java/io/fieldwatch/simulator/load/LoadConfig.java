package io.fieldwatch.simulator.load;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a load client does. Begin with {@link #to} and change what differs.
 *
 * @param target who is loaded
 * @param connections MQTT connections, each a device, or a gateway when {@code devicesEach} is more than 1
 * @param devicesEach devices that one connection speaks for
 * @param rate observations per second of all connections together; 0 for as fast as they are acknowledged
 * @param idle publish nothing, only stay connected
 * @param batch observations in a message
 * @param qos 0 or 1
 * @param version 4 for MQTT 3.1.1 or 5
 * @param window messages one connection may have unacknowledged
 * @param connectsPerSecond connections begun per second
 * @param warmUp time at the beginning that no figure has
 * @param duration of publishing, the warm-up included; null until stopped
 * @param threads event loops
 * @param seed of the values
 * @param ledger where every observation and its fate is written; null for nowhere
 */
public record LoadConfig(
        Target target,
        int connections,
        int devicesEach,
        double rate,
        boolean idle,
        int batch,
        int qos,
        int version,
        int window,
        int connectsPerSecond,
        Duration warmUp,
        @Nullable Duration duration,
        int threads,
        long seed,
        @Nullable Path ledger) {

    /**
     * Who is loaded and how to get in.
     *
     * @param tls whether to speak TLS
     * @param authority PEM of who signed the server's certificate; null to trust any, for tests
     * @param credentials lines of user name, tab, token, the first for the first connection; null for none
     */
    public record Target(
            String host,
            int port,
            boolean tls,
            @Nullable Path authority,
            @Nullable Path credentials) {}

    public LoadConfig {
        check("connections", connections, 1, 1_000_000);
        check("devicesEach", devicesEach, 1, 10_000);
        check("batch", batch, 1, 1000);
        check("qos", qos, 0, 1);
        check("version", version, 4, 5);
        check("window", window, 1, 65_535);
        check("connectsPerSecond", connectsPerSecond, 1, 1_000_000);
        check("threads", threads, 1, 64);
        if (!(rate >= 0) || rate / connections > 200_000) {
            throw new IllegalArgumentException(
                    "rate " + rate + " is not 0 to 200,000 observations per second for each connection");
        }
        if (ledger != null && devicesEach > 1) {
            throw new IllegalArgumentException("a ledger is kept for devices only, not for gateways");
        }
        if (ledger != null && qos == 0) {
            throw new IllegalArgumentException("a ledger needs acknowledgements: QoS 1");
        }
    }

    /** 100 devices that publish an object each, QoS 1, as fast as they are acknowledged. */
    public static LoadConfig to(String host, int port) {
        return new LoadConfig(
                new Target(host, port, false, null, null),
                100,
                1,
                0,
                false,
                1,
                1,
                5,
                64,
                5_000,
                Duration.ZERO,
                null,
                1,
                1,
                null);
    }

    public LoadConfig withConnections(int value) {
        return with(value, devicesEach, rate, batch, warmUp, duration);
    }

    public LoadConfig withRate(double value) {
        return with(connections, devicesEach, value, batch, warmUp, duration);
    }

    public LoadConfig withBatch(int observations, int devices) {
        return with(connections, devices, rate, observations, warmUp, duration);
    }

    public LoadConfig withTimes(Duration first, Duration whole) {
        return with(connections, devicesEach, rate, batch, first, whole);
    }

    private LoadConfig with(
            int count, int devices, double perSecond, int observations, Duration first, @Nullable Duration whole) {
        return new LoadConfig(
                target,
                count,
                devices,
                perSecond,
                idle,
                observations,
                qos,
                version,
                window,
                connectsPerSecond,
                first,
                whole,
                threads,
                seed,
                ledger);
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " " + value + " is not from " + min + " to " + max);
        }
    }
}
