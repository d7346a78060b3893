package io.fieldwatch.server;

import io.fieldwatch.ingest.access.RateLimits;
import io.fieldwatch.ingest.mqtt.Listener;
import io.fieldwatch.ingest.mqtt.TlsConfig;
import io.fieldwatch.ingest.mqtt.TlsContexts;
import io.fieldwatch.ingest.mqtt.Transport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment decides about MQTT. Hardened by default: without TLS only the loopback is served, and off the loopback
 * nobody without credentials; whoever opens the door further has to say so.
 *
 * @param bind where to listen without TLS
 * @param port there
 * @param allowAnonymous accept devices without credentials from other machines; only for closed networks
 * @param requireCredentials accept none without credentials on the loopback either
 * @param allowPlaintext listen without TLS for other machines, so that tokens cross the network in clear
 * @param transport how sockets are served
 * @param connectionsMax devices connected at once
 * @param acceptsPerSecond connections let in per second
 * @param packetBytesMax largest MQTT packet taken
 * @param linger how long a block waits for company before it is written
 * @param futureMax how far ahead of the server's clock an observation may be
 * @param ageMax how old an observation may be
 * @param tls the listener with TLS, or null for none
 * @param limits what each device or gateway with credentials may send
 */
record MqttSettings(
        String bind,
        int port,
        boolean allowAnonymous,
        boolean requireCredentials,
        boolean allowPlaintext,
        Transport transport,
        int connectionsMax,
        int acceptsPerSecond,
        int packetBytesMax,
        Duration linger,
        Duration futureMax,
        Duration ageMax,
        @Nullable Tls tls,
        RateLimits limits) {

    /**
     * The listener with TLS.
     *
     * @param files certificate, key and what else there is
     */
    record Tls(String bind, int port, TlsConfig files) {

        Tls {
            InetAddress unused = Listener.address(bind);
        }
    }

    MqttSettings {
        boolean isLocal = Listener.address(bind).isLoopbackAddress();
        if (allowAnonymous && requireCredentials) {
            throw new IllegalArgumentException("mqtt.allowAnonymous and mqtt.requireCredentials contradict each other");
        }
        if (!isLocal && !allowAnonymous && !allowPlaintext) {
            throw new IllegalArgumentException("mqtt.bind is " + bind
                    + ", which other machines can reach, and without TLS tokens would cross the network in clear:"
                    + " leave mqtt.bind on the loopback and set up mqtt.tls, or set mqtt.allowPlaintext to true to take"
                    + " devices with credentials all the same, or mqtt.allowAnonymous to take everybody");
        }
    }

    MqttSettings withPort(int other) {
        return new MqttSettings(
                bind,
                other,
                allowAnonymous,
                requireCredentials,
                allowPlaintext,
                transport,
                connectionsMax,
                acceptsPerSecond,
                packetBytesMax,
                linger,
                futureMax,
                ageMax,
                tls,
                limits);
    }

    /**
     * Where to listen.
     *
     * @param contexts what {@link #tls} needs; null when there is no TLS
     */
    List<Listener> listeners(@Nullable TlsContexts contexts) {
        List<Listener> listeners = new ArrayList<>();
        listeners.add(listener(bind, port, null));
        if (tls != null) {
            listeners.add(listener(tls.bind(), tls.port(), contexts));
        }
        return listeners;
    }

    private Listener listener(String where, int atPort, @Nullable TlsContexts contexts) {
        InetAddress address = Listener.address(where);
        boolean anonymous = allowAnonymous || (address.isLoopbackAddress() && !requireCredentials);
        return new Listener(address, atPort, contexts, anonymous);
    }
}
