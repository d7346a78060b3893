package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.telemetry.Metric;
import java.util.Locale;

/**
 * Why a connection was refused or ended, with what its client is told: the reason code of MQTT 5 (section 2.4) in CONNACK
 * or DISCONNECT, and the return code of CONNACK in 3.1.1 (3.2.2.3), which has no DISCONNECT from the server. Each is a
 * counter.
 */
enum Ending implements Metric {
    DISCONNECTED(Group.ORDERLY, 0, 0, "Connections that their client ended with DISCONNECT"),
    LOST(Group.ORDERLY, 0, 0, "Connections that broke or were closed by the client without DISCONNECT"),
    SERVER_SHUTTING_DOWN(Group.ORDERLY, 0x8B, 0x03, "Connections ended because fieldwatch stops"),
    SESSION_TAKEN_OVER(Group.ORDERLY, 0x8E, 0, "Connections ended because their client connected anew"),

    TOO_MANY_CONNECTIONS(Group.REFUSAL, 0, 0, "Connections closed at once because there were enough"),
    CONNECT_TIMEOUT(Group.REFUSAL, 0, 0, "Connections without a whole CONNECT in time"),
    TLS_FAILED(Group.REFUSAL, 0, 0, "Connections whose TLS handshake failed"),
    NOT_MQTT(Group.REFUSAL, 0, 0, "Connections that did not begin with a well-formed CONNECT"),
    UNSUPPORTED_PROTOCOL_VERSION(Group.REFUSAL, 0x84, 0x01, "CONNECTs with another version of MQTT"),
    CLIENT_ID_NOT_VALID(Group.REFUSAL, 0x85, 0x02, "CONNECTs whose client id cannot be used"),
    BAD_CREDENTIALS(Group.REFUSAL, 0x86, 0x04, "CONNECTs with a wrong user name, token or certificate"),
    CONNECT_NOT_AUTHORIZED(Group.REFUSAL, 0x87, 0x05, "CONNECTs without the credentials they need"),
    BACKING_OFF(Group.REFUSAL, 0x9F, 0x03, "CONNECTs refused unseen because too many had failed before"),
    CONNECT_RATE_EXCEEDED(Group.REFUSAL, 0x9F, 0x03, "CONNECTs of a client that connects too often"),
    BAD_AUTHENTICATION_METHOD(Group.REFUSAL, 0x8C, 0, "CONNECTs that want enhanced authentication"),
    WILL_NOT_AUTHORIZED(Group.REFUSAL, 0x87, 0x05, "CONNECTs whose will goes where the client may not write"),
    WILL_TOPIC_INVALID(Group.REFUSAL, 0x90, 0x05, "CONNECTs whose will has an impossible topic"),
    WILL_QOS_NOT_SUPPORTED(Group.REFUSAL, 0x9B, 0, "CONNECTs whose will has QoS 2, in MQTT 5"),
    WILL_RETAIN_NOT_SUPPORTED(Group.REFUSAL, 0x9A, 0, "CONNECTs whose will is to be retained, in MQTT 5"),
    ANSWER_TOO_LARGE(Group.REFUSAL, 0, 0, "Connections whose client takes no packet as large as its answer"),

    MALFORMED_PACKET(Group.VIOLATION, 0x81, 0, "Connections ended by a malformed packet"),
    PROTOCOL_ERROR(Group.VIOLATION, 0x82, 0, "Connections ended by a packet that was out of place"),
    RECEIVE_MAXIMUM_EXCEEDED(Group.VIOLATION, 0x93, 0, "Connections ended by too many messages under way"),
    TOPIC_ALIAS_INVALID(Group.VIOLATION, 0x94, 0, "Connections ended by a topic alias out of range"),
    PACKET_TOO_LARGE(Group.VIOLATION, 0x95, 0, "Connections ended by a packet over the limit"),
    RETAIN_NOT_SUPPORTED(Group.VIOLATION, 0x9A, 0, "Connections ended by a retained message, in MQTT 5"),
    QOS_NOT_SUPPORTED(Group.VIOLATION, 0x9B, 0, "Connections ended by a message of QoS 2, in MQTT 5"),
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(Group.VIOLATION, 0x9E, 0, "Connections ended by a shared subscription"),
    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED(
            Group.VIOLATION, 0xA1, 0, "Connections ended by a subscription with an identifier"),
    WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED(Group.VIOLATION, 0xA2, 0, "Connections ended by a wildcard subscription"),

    KEEP_ALIVE_TIMEOUT(Group.LIMIT, 0x8D, 0, "Connections silent for one and a half keep-alives"),
    PACKET_TIMEOUT(Group.LIMIT, 0x81, 0, "Connections whose packet did not arrive whole in time"),
    READER_STALLED(Group.LIMIT, 0, 0, "Connections whose client did not read what it was sent"),
    MESSAGE_RATE_TOO_HIGH(Group.LIMIT, 0x96, 0, "Connections of clients that sent more than they may"),
    QUOTA_EXCEEDED(Group.LIMIT, 0x97, 0, "Connections with too many QoS 2 messages not released"),
    ACCESS_REVOKED(Group.LIMIT, 0x87, 0, "Connections whose credentials were revoked or changed"),
    SERVER_BUSY(Group.LIMIT, 0x89, 0, "Connections ended because their messages were not durable in time"),
    HANDLING_FAILED(Group.LIMIT, 0x83, 0, "Connections ended by a defect of fieldwatch");

    /** What kind of end it is. */
    enum Group {
        /** Nobody did anything wrong. */
        ORDERLY,
        /** Before it was accepted. */
        REFUSAL,
        /** Section 4.13: the client did what it must not do. */
        VIOLATION,
        /** A limit in time or amount. */
        LIMIT
    }

    /** Thrown where the bytes of a packet show this end. */
    final Violation violation = new Violation(this);

    private final Group group;
    private final int code;
    private final int connAckCode3;
    private final Description description;

    Ending(Group group, int code, int connAckCode3, String help) {
        this.group = group;
        this.code = code;
        this.connAckCode3 = connAckCode3;
        description = new Description("mqtt_ended_" + name().toLowerCase(Locale.ROOT), help, true);
    }

    Group group() {
        return group;
    }

    /** The reason code of MQTT 5, or 0 when the client is told nothing. */
    int code() {
        return code;
    }

    /** The return code of a CONNACK of 3.1.1, or 0 when the client is told nothing. */
    int connAckCode3() {
        return connAckCode3;
    }

    @Override
    public Description description() {
        return description;
    }
}
