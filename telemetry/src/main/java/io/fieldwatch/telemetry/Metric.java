package io.fieldwatch.telemetry;

/**
 * One figure a module reports. Each module has one enum of these, a sentence each; see {@link MetricSet}.
 */
public interface Metric {

    /** Prometheus name without prefix or suffix, for example {@code observations_accepted}. */
    String metricName();

    /** One sentence for operators. */
    String help();

    /** Whether the figure only grows; else it is a gauge. */
    boolean counter();
}
