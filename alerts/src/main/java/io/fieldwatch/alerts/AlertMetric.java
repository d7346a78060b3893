package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Metric;

/** What the rules and the alert book count. */
public enum AlertMetric implements Metric {
    OBSERVATIONS_EVALUATED("alert_observations_evaluated", "Observations that the rules have seen.", true),
    LATE_IGNORED(
            "alert_observations_late", "Observations no newer than what a rule had seen, ignored by that rule.", true),
    SUSPECT_IGNORED("alert_observations_suspect", "Observations of suspect quality that froze a condition.", true),
    UNKNOWN_DEVICE("alert_observations_unknown_device", "Observations of devices the log has not defined.", true),
    RAISED("alerts_raised", "Alerts raised.", true),
    CLEARED("alerts_cleared", "Alerts whose condition went away.", true),
    ACKNOWLEDGED("alerts_acknowledged", "Alerts acknowledged by operators.", true),
    CLOSED_UNSEEN("alerts_closed_unseen", "Alerts closed before anyone acknowledged them.", true),
    OPEN("alerts_open", "Alerts that are open now.", false),
    LISTENER_FAILED("alert_listener_failed", "Calls of a subscriber that threw.", true);

    private final Description description;

    AlertMetric(String name, String help, boolean counter) {
        description = new Description(name, help, counter);
    }

    @Override
    public Description description() {
        return description;
    }
}
