package io.fieldwatch.alerts;

import org.jspecify.annotations.Nullable;

/** The states of an alert and how it gets from one to the next, without effects: each method gives the alert after. */
final class AlertMachine {

    private AlertMachine() {}

    /** B to C, D to A. */
    static Alert acknowledged(Alert alert, String user, long micros) {
        AlertState state = switch (alert.state()) {
            case UNACKNOWLEDGED -> AlertState.ACKNOWLEDGED;
            case CLEARED_UNACKNOWLEDGED -> AlertState.CLOSED;
            case ACKNOWLEDGED, CLOSED -> throw impossible(alert, "acknowledged");
        };
        return moved(alert, state, micros, user, alert.clearedMicros());
    }

    /** B to D, C to A. */
    static Alert cleared(Alert alert, long micros) {
        AlertState state = switch (alert.state()) {
            case UNACKNOWLEDGED -> AlertState.CLEARED_UNACKNOWLEDGED;
            case ACKNOWLEDGED -> AlertState.CLOSED;
            case CLEARED_UNACKNOWLEDGED, CLOSED -> throw impossible(alert, "cleared");
        };
        return moved(alert, state, alert.acknowledgedMicros(), alert.acknowledgedBy(), micros);
    }

    /** To A from anywhere else: there is nothing left to wait for. */
    static Alert closed(Alert alert, long micros) {
        if (!alert.state().open()) {
            throw impossible(alert, "closed");
        }
        long cleared = alert.clearedMicros() == 0 ? micros : alert.clearedMicros();
        return moved(alert, AlertState.CLOSED, alert.acknowledgedMicros(), alert.acknowledgedBy(), cleared);
    }

    /** Whether the condition is true, as far as the alert knows. */
    static boolean active(Alert alert) {
        return alert.state() == AlertState.UNACKNOWLEDGED || alert.state() == AlertState.ACKNOWLEDGED;
    }

    static boolean acknowledgeable(Alert alert) {
        return alert.state() == AlertState.UNACKNOWLEDGED || alert.state() == AlertState.CLEARED_UNACKNOWLEDGED;
    }

    private static Alert moved(
            Alert alert,
            AlertState state,
            long acknowledgedMicros,
            @Nullable String acknowledgedBy,
            long clearedMicros) {
        return new Alert(
                alert.id(),
                alert.version() + 1,
                alert.ruleId(),
                alert.priority(),
                state,
                alert.message(),
                alert.deviceNumber(),
                alert.kind(),
                alert.externalId(),
                alert.deviceName(),
                alert.area(),
                alert.lat(),
                alert.lon(),
                alert.property(),
                alert.value(),
                alert.limit(),
                alert.unit(),
                alert.raisedMicros(),
                acknowledgedMicros,
                acknowledgedBy,
                clearedMicros);
    }

    private static IllegalStateException impossible(Alert alert, String what) {
        return new IllegalStateException("alert " + alert.id() + " is " + alert.state() + " and cannot be " + what);
    }
}
