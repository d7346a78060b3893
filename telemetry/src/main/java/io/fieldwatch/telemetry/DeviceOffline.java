package io.fieldwatch.telemetry;

/**
 * A device's connection broke without a goodbye: what an MQTT will stands for. A statement of the server about a device,
 * not an observation: the device composed its will long before.
 *
 * @param kind number of its kind
 * @param device its number
 * @param timeMicros when the server noticed, microseconds since 1970
 * @param detail what the device had left to be said, text of at most {@link #DETAIL_CHARS_MAX} characters
 */
public record DeviceOffline(int kind, int device, long timeMicros, String detail) {

    public static final int DETAIL_CHARS_MAX = 256;

    public DeviceOffline {
        if (detail.length() > DETAIL_CHARS_MAX) {
            throw new IllegalArgumentException("a detail of " + detail.length() + " characters");
        }
    }
}
