package io.fieldwatch.simulator;

import java.time.Duration;

/**
 * How the gateways of a simulation connect and pack.
 *
 * @param versions which MQTT they speak
 * @param mixed half of them sends single observations, whatever the batch: of four that follow each other the last two
 * @param reconnectMax the longest pause between two tries to connect, 100 ms at least
 */
public record Gateways(MqttVersions versions, boolean mixed, Duration reconnectMax) {

    static final long RECONNECT_MILLIS_MIN = 100;

    /** Both versions, nothing mixed, three seconds. */
    public static final Gateways STANDARD = new Gateways(MqttVersions.BOTH, false, Duration.ofSeconds(3));

    public Gateways {
        if (reconnectMax.toMillis() < RECONNECT_MILLIS_MIN) {
            throw new IllegalArgumentException(
                    "reconnectMax " + reconnectMax + " is less than " + RECONNECT_MILLIS_MIN + " ms");
        }
    }

    /** Observations in a message of this gateway. */
    int batch(int gateway, int batch) {
        return mixed && gateway / 2 % 2 == 1 ? 1 : batch;
    }
}
