package io.fieldwatch.telemetry;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the log knows of a device. The number and the identity (kind, external id) never change; a later definition of
 * the same number that {@linkplain #described() describes} the device replaces the description, one that does not
 * leaves it.
 *
 * @param number the log's own number, from 0, dense
 * @param kind the kind's number in the catalogue
 * @param externalId the device's name in topics, 1 to 128 UTF-8 bytes
 * @param name for people, or null
 * @param area the ward or commune, or null
 * @param lat degrees north, WGS 84, NaN when unknown
 * @param lon degrees east, WGS 84, NaN when unknown
 */
public record DeviceDefinition(
        int number,
        int kind,
        String externalId,
        @Nullable String name,
        @Nullable String area,
        double lat,
        double lon) {

    public static final int EXTERNAL_ID_BYTES_MAX = 128;

    public DeviceDefinition {
        if (number < 0) {
            throw new IllegalArgumentException("device number " + number);
        }
        if (externalId.isEmpty()) {
            throw new IllegalArgumentException("a device needs an external id");
        }
        if (externalId.getBytes(StandardCharsets.UTF_8).length > EXTERNAL_ID_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "external id '" + externalId + "' is longer than " + EXTERNAL_ID_BYTES_MAX + " bytes");
        }
        if (lat < -90 || lat > 90 || lon < -180 || lon > 180) {
            throw new IllegalArgumentException("position " + lat + ", " + lon + " is not on the globe");
        }
    }

    /** A device of which only the identity is known. */
    public static DeviceDefinition undescribed(int number, int kind, String externalId) {
        return new DeviceDefinition(number, kind, externalId, null, null, Double.NaN, Double.NaN);
    }

    /** Whether it says anything beyond the identity. */
    public boolean described() {
        return name != null || area != null || located();
    }

    public boolean located() {
        return !Double.isNaN(lat) && !Double.isNaN(lon);
    }
}
