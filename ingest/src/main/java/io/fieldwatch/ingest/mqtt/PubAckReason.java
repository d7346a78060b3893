package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.telemetry.RejectReason;

/**
 * What the PUBACK of MQTT 5 says of a message of which nothing could be accepted: it is in quarantine for good, and
 * sending it again would change nothing (3.4.2.1).
 */
final class PubAckReason {

    /** Accepted, but nobody here is interested: not a failure. */
    private static final int NO_MATCHING_SUBSCRIBERS = 0x10;

    private static final int NOT_AUTHORIZED = 0x87;
    private static final int TOPIC_NAME_INVALID = 0x90;
    private static final int PAYLOAD_FORMAT_INVALID = 0x99;

    private PubAckReason() {}

    static int of(RejectReason refusal) {
        return switch (refusal) {
            case NOT_ALLOWED -> NOT_AUTHORIZED;
            case UNKNOWN_TOPIC -> NO_MATCHING_SUBSCRIBERS;
            case UNKNOWN_KIND, BAD_DEVICE_ID -> TOPIC_NAME_INVALID;
            default -> PAYLOAD_FORMAT_INVALID;
        };
    }
}
