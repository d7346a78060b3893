package io.fieldwatch.ingest.mqtt;

/** MQTT 5 reason codes (section 2.4) that this endpoint sends. */
final class ReasonCode {

    static final int MALFORMED_PACKET = 0x81;
    static final int PROTOCOL_ERROR = 0x82;
    static final int UNSUPPORTED_PROTOCOL_VERSION = 0x84;
    static final int CLIENT_ID_NOT_VALID = 0x85;
    static final int NOT_AUTHORIZED = 0x87;
    static final int SERVER_BUSY = 0x89;
    static final int SERVER_SHUTTING_DOWN = 0x8B;
    static final int BAD_AUTHENTICATION_METHOD = 0x8C;
    static final int KEEP_ALIVE_TIMEOUT = 0x8D;
    static final int SESSION_TAKEN_OVER = 0x8E;
    static final int TOPIC_NAME_INVALID = 0x90;
    static final int RECEIVE_MAXIMUM_EXCEEDED = 0x93;
    static final int TOPIC_ALIAS_INVALID = 0x94;
    static final int PACKET_TOO_LARGE = 0x95;
    static final int RETAIN_NOT_SUPPORTED = 0x9A;
    static final int QOS_NOT_SUPPORTED = 0x9B;
    static final int SHARED_SUBSCRIPTIONS_NOT_SUPPORTED = 0x9E;
    static final int SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED = 0xA1;
    static final int WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED = 0xA2;
    static final int NO_SUBSCRIPTION_EXISTED = 0x11;

    /** MQTT 3.1.1 CONNACK return codes (section 3.2.2.3) and the one SUBACK failure. */
    static final int V3_UNACCEPTABLE_PROTOCOL_VERSION = 0x01;

    static final int V3_IDENTIFIER_REJECTED = 0x02;
    static final int V3_SUBSCRIPTION_FAILED = 0x80;

    private ReasonCode() {}
}
