package io.fieldwatch.telemetry;

import java.util.Locale;

/** From the catalogue's names to SQL's. */
final class SqlNames {

    private SqlNames() {}

    /** {@code averageVehicleSpeed} and {@code traffic-flow} become {@code average_vehicle_speed}, {@code traffic_flow}. */
    static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replace('-', '_').toLowerCase(Locale.ROOT);
    }
}
