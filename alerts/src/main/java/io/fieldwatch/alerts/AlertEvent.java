package io.fieldwatch.alerts;

import org.jspecify.annotations.Nullable;

/**
 * One transition of one alert: an entry of the alert log and of the live stream.
 *
 * @param id deterministic: alert id, type and for actions of operators the version
 * @param timeMicros event time of a transition that rules made, wall time of one an operator made
 * @param user who did it; null when a rule did
 * @param note why, in the operator's words; null when none was given
 * @param alert the alert after the transition
 */
public record AlertEvent(
        String id,
        Type type,
        long timeMicros,
        @Nullable String user,
        @Nullable String note,
        Alert alert) {

    /** What happened. */
    public enum Type {
        RAISED,
        ACKNOWLEDGED,
        CLEARED
    }
}
