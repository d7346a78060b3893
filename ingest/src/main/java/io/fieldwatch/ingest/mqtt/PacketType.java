package io.fieldwatch.ingest.mqtt;

/** The types of packets with the flags that their first byte may have (2.1.2, 2.1.3). */
enum PacketType {
    RESERVED(false, 0),
    /** Once only (3.1.0-2), so no more from who is connected. */
    CONNECT(false, 0),
    CONNACK(false, 0),
    /** Its flags mean something and are checked where it is read. */
    PUBLISH(true, -1),
    PUBACK(true, 0),
    PUBREC(true, 0),
    PUBREL(true, 2),
    PUBCOMP(true, 0),
    SUBSCRIBE(true, 2),
    SUBACK(false, 0),
    UNSUBSCRIBE(true, 2),
    UNSUBACK(false, 0),
    PINGREQ(true, 0),
    PINGRESP(false, 0),
    DISCONNECT(true, 0),
    /** Needs a method, and this endpoint accepts none. */
    AUTH(false, 0);

    private static final PacketType[] BY_NUMBER = values();

    /** Whether a connected client may send it. */
    private final boolean isFromClient;

    private final int flags;

    PacketType(boolean isFromClient, int flags) {
        this.isFromClient = isFromClient;
        this.flags = flags;
    }

    /** The type that a packet's first byte says. */
    static PacketType of(int first) {
        return BY_NUMBER[first >> 4 & 0x0F];
    }

    /**
     * Refuses what no client may send once it is connected, by its first byte.
     *
     * @throws Violation malformed for flags that are not as they must be (2.1.3-1), else a protocol error
     */
    void checkFromConnected(int first) {
        boolean isAck = this == SUBACK || this == UNSUBACK;
        boolean hasFlags = flags < 0 || flags == (first & 0x0F);
        if (!isFromClient && !(isAck && !hasFlags)) {
            throw Ending.PROTOCOL_ERROR.violation;
        }
        if (!hasFlags) {
            throw Ending.MALFORMED_PACKET.violation;
        }
    }
}
