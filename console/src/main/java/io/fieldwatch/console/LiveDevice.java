package io.fieldwatch.console;

import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import java.util.List;

/**
 * One device as the live view sees it.
 *
 * @param timeMicros time of its last observation; 0 when none came since the start
 * @param seenMillis when that came in; 0 when none came since the start
 * @param quality flags of that observation, see {@link io.fieldwatch.telemetry.Quality}
 * @param offlineMillis since when its connection is known to be broken; 0 when it is not
 * @param silent whether it has said nothing for {@link LiveDevices#SILENT_INTERVALS} of its kind's intervals, or is offline
 * @param values the last value of each property, which may come from different observations
 */
public record LiveDevice(
        DeviceDefinition definition,
        Kind kind,
        long timeMicros,
        long seenMillis,
        int quality,
        long offlineMillis,
        boolean silent,
        List<Value> values) {

    /**
     * One property's last value.
     *
     * @param bits as a block holds it
     */
    public record Value(Property property, long bits, long timeMicros) {}
}
