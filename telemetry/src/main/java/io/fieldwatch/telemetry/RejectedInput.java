package io.fieldwatch.telemetry;

/**
 * Input that could not become an observation, as it goes to quarantine.
 *
 * @param timeMillis arrival, milliseconds since 1970
 * @param source who sent it, for example the MQTT client id
 * @param topic where it was sent, UTF-8
 * @param payload the bytes as they came, or the one element of an array that was refused
 * @param detail what exactly was wrong, for people
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes as received; nobody compares two of these
public record RejectedInput(
        RejectReason reason, long timeMillis, String source, String topic, byte[] payload, String detail) {}
