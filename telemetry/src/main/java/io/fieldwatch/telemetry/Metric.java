package io.fieldwatch.telemetry;

/** One figure a module reports. Each module has one enum of these, a sentence each; see {@link MetricSet}. */
public interface Metric {

    Description description();

    /**
     * What the figure is.
     *
     * @param name Prometheus name without prefix or suffix, for example {@code observations_accepted}
     * @param help one sentence for operators
     * @param counter whether it only grows; else it is a gauge
     */
    record Description(String name, String help, boolean counter) {}
}
