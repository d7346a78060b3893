package io.fieldwatch.console;

import io.fieldwatch.telemetry.Metric;

/** What the console counts. */
public enum ConsoleMetric implements Metric {
    REQUESTS("console_requests", "HTTP requests that reached the console.", true),
    PROBLEMS("console_problems", "HTTP requests that failed for a reason of the server's (status 5xx).", true),
    ACKNOWLEDGEMENTS("console_acknowledgements", "Alerts that operators acknowledged through the console.", true),
    STREAM_CLIENTS("console_stream_clients", "Pages connected to the live stream now.", false),
    STREAM_DROPPED("console_stream_dropped", "Pages disconnected because they read too slowly.", true),
    STREAM_RESETS("console_stream_resets", "Times a page had missed too much and was told to reload.", true),
    LIVE_OBSERVATIONS("console_live_observations", "Observations the live view has taken in.", true),
    LIVE_UNKNOWN("console_live_unknown", "Observations of a kind or device the live view does not know.", true),
    LIVE_FAILURES("console_live_failures", "Times reading the log's tail failed and was begun anew.", true),
    LIVE_DEVICES("console_live_devices", "Devices in the live view.", false);

    private final Description description;

    ConsoleMetric(String name, String help, boolean counter) {
        description = new Description(name, help, counter);
    }

    @Override
    public Description description() {
        return description;
    }
}
