package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Label;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One alert as it stands after its latest transition. Times are microseconds since 1970; 0 means not yet.
 *
 * @param id deterministic from rule, device and the time it was raised, so that a replay finds it again
 * @param version 1 when raised, one more with each transition
 * @param deviceNumber the log's number of the device
 * @param kind the kind's name
 * @param property the property that the rule watches; empty for a rule about silence
 * @param value what the property was when the alert was raised; NaN for a rule about silence
 * @param limit the rule's limit; for a rule about silence the seconds allowed
 * @param unit unit of value and limit
 * @param raisedMicros event time at which the on-delay was over
 */
public record Alert(
        String id,
        int version,
        String ruleId,
        Priority priority,
        AlertState state,
        Label message,
        int deviceNumber,
        String kind,
        String externalId,
        @Nullable String deviceName,
        @Nullable String area,
        double lat,
        double lon,
        String property,
        double value,
        double limit,
        String unit,
        long raisedMicros,
        long acknowledgedMicros,
        @Nullable String acknowledgedBy,
        long clearedMicros) {

    /** How long it took an operator to acknowledge, in microseconds; empty while nobody has. */
    public OptionalLong acknowledgedAfterMicros() {
        return acknowledgedMicros == 0 ? OptionalLong.empty() : OptionalLong.of(acknowledgedMicros - raisedMicros);
    }
}
