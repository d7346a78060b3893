package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.Metric;

/**
 * What ingest reports. {@code received = accepted + quarantined + failed} plus what is still in blocks on their way to
 * stable storage.
 */
public enum IngestMetric implements Metric {
    MESSAGES_RECEIVED("messages_received", "PUBLISH packets taken in", true),
    PAYLOAD_BYTES_RECEIVED("payload_bytes_received", "Bytes of their payloads", true),
    OBSERVATIONS_RECEIVED("observations_received", "Observations and refused inputs put into blocks", true),
    OBSERVATIONS_ACCEPTED("observations_accepted", "Observations on stable storage", true),
    OBSERVATIONS_QUARANTINED("observations_quarantined", "Refused inputs on stable storage", true),
    OBSERVATIONS_FAILED(
            "observations_failed", "Observations and refused inputs in blocks the log could not make durable", true),
    DEVICES_DESCRIBED("devices_described", "Descriptions of devices on stable storage", true),
    DEVICES_OFFLINE("devices_offline", "Devices whose connection broke without a goodbye, on stable storage", true),
    BLOCKS_SEALED("blocks_sealed", "Blocks handed to the log", true),
    ACKS_SENT("acks_sent", "Acknowledgements sent after stable storage", true),
    ACKS_OVERDUE("acks_overdue", "Acknowledgements given up because the log took too long", true),
    PAUSES("pauses", "Times an event loop stopped reading because the log had no room", true),
    MESSAGES_DROPPED(
            "messages_dropped",
            "Packets read while paused whose connection ended before their turn; never acknowledged",
            true),
    CONNECTIONS("connections", "Open MQTT connections", false),
    CONNECTIONS_REFUSED("connections_refused", "Connections refused at CONNECT or over the limit", true),
    PROTOCOL_ERRORS("protocol_errors", "Connections closed because of malformed or forbidden packets", true);

    private final Description description;

    IngestMetric(String name, String help, boolean counter) {
        description = new Description(name, help, counter);
    }

    @Override
    public Description description() {
        return description;
    }
}
