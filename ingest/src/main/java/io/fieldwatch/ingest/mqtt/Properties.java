package io.fieldwatch.ingest.mqtt;

/**
 * The properties of one packet of MQTT 5 (2.2.2), read in place. A property that is cut off or unknown is malformed; one
 * that does not belong to its packet, that is there twice, or whose value is not allowed is a protocol error, for SUBSCRIBE
 * and UNSUBSCRIBE malformed: the standard leaves room, and clients are tested with Eclipse Mosquitto, which has it so.
 * Only what this endpoint acts on is kept. One for each event loop, used again and again.
 */
final class Properties {

    static final int CONNECT = 1;
    static final int WILL = 1 << 1;
    static final int PUBLISH = 1 << 2;
    static final int ACKNOWLEDGEMENT = 1 << 3;
    static final int SUBSCRIBE = 1 << 4;
    static final int UNSUBSCRIBE = 1 << 5;
    static final int DISCONNECT = 1 << 6;
    static final int AUTH = 1 << 7;
    /** In packets that only a server sends. */
    private static final int SERVER = 1 << 8;

    private static final int REASONED = ACKNOWLEDGEMENT | DISCONNECT | AUTH;

    private static final int RESPONSE_TOPIC = 0x08;
    private static final int CORRELATION_DATA = 0x09;
    private static final int SUBSCRIPTION_IDENTIFIER = 0x0B;
    private static final int SESSION_EXPIRY_INTERVAL = 0x11;
    private static final int AUTHENTICATION_METHOD = 0x15;
    private static final int AUTHENTICATION_DATA = 0x16;
    private static final int RECEIVE_MAXIMUM = 0x21;
    private static final int TOPIC_ALIAS = 0x23;
    private static final int USER_PROPERTY = 0x26;
    private static final int MAXIMUM_PACKET_SIZE = 0x27;

    private static final int ID_MAX = 0x2A;

    /** Kinds of value. */
    private static final byte NONE = 0;

    private static final byte FLAG = 1;
    private static final byte TWO_BYTES = 2;
    private static final byte FOUR_BYTES = 3;
    private static final byte VARIABLE = 4;
    private static final byte TEXT = 5;
    private static final byte BINARY = 6;
    private static final byte PAIR = 7;

    private static final byte[] TYPES = new byte[ID_MAX + 1];
    private static final int[] PACKETS = new int[ID_MAX + 1];

    static {
        define(0x01, FLAG, PUBLISH | WILL); // payload format indicator
        define(0x02, FOUR_BYTES, PUBLISH | WILL); // message expiry interval
        define(0x03, TEXT, PUBLISH | WILL); // content type
        define(RESPONSE_TOPIC, TEXT, PUBLISH | WILL);
        define(CORRELATION_DATA, BINARY, PUBLISH | WILL);
        // In PUBLISH it is for servers only (3.3.4-6); from a client it means nothing and is let be.
        define(SUBSCRIPTION_IDENTIFIER, VARIABLE, SUBSCRIBE | PUBLISH);
        define(SESSION_EXPIRY_INTERVAL, FOUR_BYTES, CONNECT | DISCONNECT);
        define(0x12, TEXT, SERVER); // assigned client identifier
        define(0x13, TWO_BYTES, SERVER); // server keep alive
        define(AUTHENTICATION_METHOD, TEXT, CONNECT | AUTH);
        define(AUTHENTICATION_DATA, BINARY, CONNECT | AUTH);
        define(0x17, FLAG, CONNECT); // request problem information
        define(0x18, FOUR_BYTES, WILL); // will delay interval
        define(0x19, FLAG, CONNECT); // request response information
        define(0x1A, TEXT, SERVER); // response information
        define(0x1C, TEXT, SERVER | DISCONNECT); // server reference; from a client it means nothing and is let be
        define(0x1F, TEXT, REASONED); // reason string
        define(RECEIVE_MAXIMUM, TWO_BYTES, CONNECT);
        define(0x22, TWO_BYTES, CONNECT); // topic alias maximum
        define(TOPIC_ALIAS, TWO_BYTES, PUBLISH);
        define(0x24, FLAG, SERVER); // maximum QoS
        define(0x25, FLAG, SERVER); // retain available
        define(USER_PROPERTY, PAIR, CONNECT | WILL | PUBLISH | SUBSCRIBE | UNSUBSCRIBE | REASONED);
        define(MAXIMUM_PACKET_SIZE, FOUR_BYTES, CONNECT);
        define(0x28, FLAG, SERVER); // wildcard subscription available
        define(0x29, FLAG, SERVER); // subscription identifier available
        define(ID_MAX, FLAG, SERVER); // shared subscription available
    }

    private boolean isWrong;
    private long seen;
    private int topicAlias;
    private long maximumPacketSize;
    private long sessionExpirySeconds;

    private static void define(int id, byte type, int packets) {
        TYPES[id] = type;
        PACKETS[id] = packets;
    }

    /**
     * Reads the properties' length and the properties, and leaves the body behind them.
     *
     * @param packet one of the constants here
     */
    void read(Body body, int packet) {
        seen = 0;
        topicAlias = 0;
        maximumPacketSize = Long.MAX_VALUE;
        sessionExpirySeconds = 0;
        isWrong = false;
        int length = body.variableInteger();
        int packetEnd = body.limit(length);
        while (body.left() > 0) {
            property(body, packet);
        }
        body.limitTo(packetEnd);
        if (isWrong || (has(AUTHENTICATION_DATA) && !has(AUTHENTICATION_METHOD))) {
            boolean isSubscription = (packet & (SUBSCRIBE | UNSUBSCRIBE)) != 0;
            throw isSubscription ? Ending.MALFORMED_PACKET.violation : Ending.PROTOCOL_ERROR.violation;
        }
    }

    boolean hasTopicAlias() {
        return has(TOPIC_ALIAS);
    }

    int topicAlias() {
        return topicAlias;
    }

    boolean hasAuthenticationMethod() {
        return has(AUTHENTICATION_METHOD);
    }

    boolean hasSubscriptionIdentifier() {
        return has(SUBSCRIPTION_IDENTIFIER);
    }

    /** The largest packet the client takes, in bytes. */
    long maximumPacketSize() {
        return maximumPacketSize;
    }

    long sessionExpirySeconds() {
        return sessionExpirySeconds;
    }

    private boolean has(int id) {
        return (seen & 1L << id) != 0;
    }

    private void property(Body body, int packet) {
        int id = body.variableInteger();
        byte type = id > ID_MAX ? NONE : TYPES[id];
        int from = body.at();
        long value = value(body, type);
        // Looks at all of them first: a malformed one behind a wrong one makes the packet malformed.
        isWrong |= (PACKETS[id] & packet) == 0 || (has(id) && id != USER_PROPERTY);
        seen |= 1L << id;
        isWrong |= type == FLAG && value > 1;
        isWrong |= id == RESPONSE_TOPIC && hasWildcard(body, from); // 3.3.2-14
        keep(id, value);
    }

    /** The value where it is a number, else 0. */
    private static long value(Body body, byte type) {
        return switch (type) {
            case FLAG -> body.u8();
            case TWO_BYTES -> body.u16();
            case FOUR_BYTES -> body.u32();
            case VARIABLE -> body.variableInteger();
            case TEXT -> {
                body.skipText();
                yield 0;
            }
            case BINARY -> {
                body.skipBinary();
                yield 0;
            }
            case PAIR -> {
                body.skipText();
                body.skipText();
                yield 0;
            }
            default -> throw Ending.MALFORMED_PACKET.violation;
        };
    }

    /** Whether the text that begins there with its length, and ends where the body is now, has one. */
    private static boolean hasWildcard(Body body, int from) {
        for (int i = from + 2; i < body.at(); i++) {
            byte c = body.buffer().getByte(i);
            if (c == '+' || c == '#') {
                return true;
            }
        }
        return false;
    }

    private void keep(int id, long value) {
        switch (id) {
            case TOPIC_ALIAS -> topicAlias = (int) value;
            case SESSION_EXPIRY_INTERVAL -> sessionExpirySeconds = value;
            case RECEIVE_MAXIMUM, SUBSCRIPTION_IDENTIFIER -> isWrong |= value == 0;
            case MAXIMUM_PACKET_SIZE -> {
                isWrong |= value == 0;
                maximumPacketSize = value;
            }
            default -> {} // nothing this endpoint acts on
        }
    }
}
