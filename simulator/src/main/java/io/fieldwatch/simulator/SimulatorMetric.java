package io.fieldwatch.simulator;

import io.fieldwatch.telemetry.Metric;
import java.util.Locale;

/** What a simulation counts. */
public enum SimulatorMetric implements Metric {
    OBSERVATIONS_PUBLISHED("Observations handed to MQTT for the first time.", true),
    OBSERVATIONS_ACKED("Observations whose message was acknowledged.", true),
    OBSERVATIONS_REFUSED("Observations whose message was acknowledged with a failure code (MQTT 5).", true),
    MESSAGES_RESENT("Messages sent again after a connection was lost.", true),
    RECONNECTS("Connections made after the first one of each gateway.", true);

    private final Description description;

    SimulatorMetric(String help, boolean counter) {
        description = new Description("simulator_" + name().toLowerCase(Locale.ROOT), help, counter);
    }

    @Override
    public Description description() {
        return description;
    }
}
