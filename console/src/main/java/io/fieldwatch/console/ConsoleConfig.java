package io.fieldwatch.console;

import io.fieldwatch.telemetry.Label;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.ZoneId;

/**
 * How the console listens and what it shows first.
 *
 * @param bindAddress where to listen; a loopback address unless {@code allowAnonymous}
 * @param port 0 for any free one
 * @param allowAnonymous whether people on other machines may look and acknowledge without saying who they are
 * @param title of the page
 * @param zone whose wall clock the page shows
 */
public record ConsoleConfig(
        String bindAddress, int port, boolean allowAnonymous, Label title, ZoneId zone, MapView map) {

    public static final int DEFAULT_PORT = 8080;

    /**
     * @throws IllegalArgumentException for an address that others can reach, unless that is allowed, and for a port that
     *     is none
     */
    public ConsoleConfig {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("console port " + port + " is not 0 to 65535");
        }
        if (!allowAnonymous && !isLoopback(bindAddress)) {
            throw new IllegalArgumentException("the console knows no users yet, so it listens on this machine only; "
                    + bindAddress + " can be reached by others: allow anonymous access, or put a proxy before it");
        }
    }

    /** Listens on 127.0.0.1 and shows Sơn La. */
    public static ConsoleConfig local(int port) {
        Label title = new Label("Trung tâm điều hành đô thị thông minh Sơn La", "Smart-city operations centre");
        return new ConsoleConfig("127.0.0.1", port, false, title, ZoneId.of("Asia/Ho_Chi_Minh"), MapView.sonLa());
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("console address " + address + " is not known", e);
        }
    }
}
