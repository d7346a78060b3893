package io.fieldwatch.ingest.mqtt;

import java.time.Duration;

/**
 * Limits of the MQTT endpoint.
 *
 * @param bindAddress where to listen; without {@code allowAnonymous} only the loopback
 * @param port 0 for any free one
 * @param eventLoops threads; each has its own blocks
 * @param connectionsMax connections beyond this are closed at once
 * @param packetBytesMax the longest MQTT packet taken, header included
 * @param receiveMaximum QoS 1 messages one MQTT 5 client may have unacknowledged
 * @param qos2IdsMax QoS 2 messages one MQTT 3.1.1 client may have sent without PUBREL; it cannot be told, so it should
 *     be more than any client library keeps
 * @param connectTimeout how long a connection may take until its CONNECT
 * @param keepAliveMax MQTT 5 clients that want a longer keep-alive, or none, are given this one
 * @param allowAnonymous take devices without credentials from other machines
 */
public record MqttConfig(
        String bindAddress,
        int port,
        int eventLoops,
        int connectionsMax,
        int packetBytesMax,
        int receiveMaximum,
        int qos2IdsMax,
        Duration connectTimeout,
        Duration keepAliveMax,
        boolean allowAnonymous) {

    public MqttConfig {
        check("port", port, 0, 65_535);
        check("eventLoops", eventLoops, 1, 256);
        check("connectionsMax", connectionsMax, 1, Integer.MAX_VALUE);
        check("packetBytesMax", packetBytesMax, 1024, 16 << 20);
        check("receiveMaximum", receiveMaximum, 1, 65_535);
        check("qos2IdsMax", qos2IdsMax, 1, 65_535);
        check("keepAliveMax seconds", keepAliveMax.toSeconds(), 1, 65_535);
        check("connectTimeout milliseconds", connectTimeout.toMillis(), 1, 600_000);
    }

    /** The standard limits at an address. */
    public static MqttConfig at(String bindAddress, int port) {
        return new MqttConfig(
                bindAddress,
                port,
                2,
                100_000,
                256 * 1024,
                64,
                4096,
                Duration.ofSeconds(10),
                Duration.ofMinutes(20),
                false);
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " " + value + " is not from " + min + " to " + max);
        }
    }
}
