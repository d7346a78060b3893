package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;

/**
 * What every source of observations needs to feed one log. A process has one of these for each log, because the
 * {@link DeviceNumbers} in it must be shared by all sources. Thread-safe.
 */
public record Intake(
        Catalogue catalogue,
        DeviceNumbers devices,
        ObservationLog log,
        IngestConfig config,
        Clock clock,
        MetricSet<IngestMetric> metrics) {

    /** Opens the way into a log that nobody else feeds with observations. */
    public static Intake into(ObservationLog log, Catalogue catalogue, IngestConfig config, Clock clock) {
        DeviceNumbers devices = new DeviceNumbers(log.devices(), config.devicesMax());
        return new Intake(catalogue, devices, log, config, clock, new MetricSet<>(IngestMetric.class));
    }

    /** A decoder for one more thread. */
    public ObservationDecoder newDecoder() {
        return new ObservationDecoder(devices, config);
    }
}
