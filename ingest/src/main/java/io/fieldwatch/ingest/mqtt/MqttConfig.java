package io.fieldwatch.ingest.mqtt;

import java.time.Duration;
import java.util.List;

/**
 * Limits of the MQTT endpoint. Begin with {@link #at} and change what differs.
 *
 * @param listeners where to listen; at least one
 * @param transport how sockets are served
 * @param eventLoops threads; each has its own blocks
 * @param connectionsMax connections beyond this are closed at once
 * @param acceptsPerSecond connections let in per second; more wait in the kernel's queue
 * @param connectBytesMax the longest CONNECT taken, header included
 * @param packetBytesMax the longest MQTT packet taken, header included
 * @param receiveMaximum QoS 1 messages one MQTT 5 client may have unacknowledged
 * @param qos2IdsMax QoS 2 messages one MQTT 3.1.1 client may have sent without PUBREL; it cannot be told, so it should
 *     be more than any client library keeps
 * @param connectTimeout how long a connection may take until its CONNECT, a TLS handshake included
 * @param packetTimeout how long a packet may take from its first byte to its last
 * @param stallMax how long a client may leave unread what it is sent
 * @param keepAliveMax MQTT 5 clients that want a longer keep-alive, or none, are given this one
 */
public record MqttConfig(
        List<Listener> listeners,
        Transport transport,
        int eventLoops,
        int connectionsMax,
        int acceptsPerSecond,
        int connectBytesMax,
        int packetBytesMax,
        int receiveMaximum,
        int qos2IdsMax,
        Duration connectTimeout,
        Duration packetTimeout,
        Duration stallMax,
        Duration keepAliveMax) {

    public MqttConfig {
        listeners = List.copyOf(listeners);
        check("listeners", listeners.size(), 1, 16);
        check("eventLoops", eventLoops, 1, 256);
        check("connectionsMax", connectionsMax, 1, Integer.MAX_VALUE);
        check("acceptsPerSecond", acceptsPerSecond, 1, 1_000_000);
        check("connectBytesMax", connectBytesMax, 256, 1 << 20);
        check("packetBytesMax", packetBytesMax, 1024, 16 << 20);
        check("receiveMaximum", receiveMaximum, 1, 65_535);
        check("qos2IdsMax", qos2IdsMax, 1, 65_535);
        check("keepAliveMax seconds", keepAliveMax.toSeconds(), 1, 65_535);
        check("connectTimeout milliseconds", connectTimeout.toMillis(), 1, 600_000);
        check("packetTimeout milliseconds", packetTimeout.toMillis(), 1, 3_600_000);
        check("stallMax milliseconds", stallMax.toMillis(), 1, 3_600_000);
    }

    /** The standard limits at one address without TLS; on the loopback also for clients without credentials. */
    public static MqttConfig at(String bindAddress, int port) {
        return new MqttConfig(
                List.of(Listener.plain(bindAddress, port)),
                Transport.EPOLL,
                2,
                100_000,
                5_000,
                4096,
                256 * 1024,
                64,
                4096,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofMinutes(20));
    }

    private static void check(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " " + value + " is not from " + min + " to " + max);
        }
    }
}
