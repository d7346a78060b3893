package io.fieldwatch.simulator.city;

import io.fieldwatch.telemetry.Kind;

/**
 * One device and where it stands.
 *
 * @param index its place in {@link City#devices()}
 * @param externalId as in topics, for example {@code tf-0001}
 * @param name for people, in Vietnamese
 * @param area the ward it stands in
 * @param lat degrees north, WGS 84
 * @param lon degrees east, WGS 84
 */
public record CityDevice(int index, Kind kind, String externalId, String name, String area, double lat, double lon) {

    /**
     * Whether it stamps its observations with epoch milliseconds instead of RFC 3339, as older firmware does; so both
     * forms that the contract allows are always in use.
     */
    public boolean stampsEpochMillis() {
        return index % 4 == 3;
    }
}
