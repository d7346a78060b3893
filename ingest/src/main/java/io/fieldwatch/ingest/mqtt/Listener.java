package io.fieldwatch.ingest.mqtt;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * One address where the endpoint listens.
 *
 * @param address of this machine
 * @param port 0 for any free one
 * @param tls null for plain TCP
 * @param anonymous whether clients without credentials are taken here; whoever names a user must be right all
 *     the same, once there are any
 */
public record Listener(
        InetAddress address, int port, @Nullable TlsContexts tls, boolean anonymous) {

    public Listener {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not from 0 to 65535");
        }
    }

    /** Plain TCP; on the loopback without credentials. */
    public static Listener plain(String bindAddress, int port) {
        InetAddress address = address(bindAddress);
        return new Listener(address, port, null, address.isLoopbackAddress());
    }

    /** @throws IllegalArgumentException when it is no address of this machine */
    public static InetAddress address(String bindAddress) {
        try {
            return InetAddress.getByName(bindAddress);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("bindAddress " + bindAddress + " is unknown", e);
        }
    }
}
