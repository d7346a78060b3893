package io.fieldwatch.ingest.mqtt;

import java.util.BitSet;

/**
 * Packet ids of QoS 2 messages between PUBLISH and PUBREL, method A of MQTT 3.1.1 section 4.3.3: the message is passed on
 * at once, and while its id is remembered it is not taken again. A connection that never uses QoS 2 costs two empty sets.
 */
final class Qos2Receiver {

    /** What a PUBLISH with an id is. */
    enum Arrival {
        /** A new message. */
        NEW,
        /** Sent again while the first one is on its way to stable storage: its PUBREC will come. */
        PENDING,
        /** Sent again although stored: PUBREC again. */
        STORED,
        /** A new message, but there are too many without PUBREL. */
        TOO_MANY
    }

    private final BitSet received = new BitSet(0);
    private final BitSet stored = new BitSet(0);
    private final int idsMax;

    Qos2Receiver(int idsMax) {
        this.idsMax = idsMax;
    }

    Arrival publish(int packetId) {
        if (stored.get(packetId)) {
            return Arrival.STORED;
        }
        if (received.get(packetId)) {
            return Arrival.PENDING;
        }
        if (received.cardinality() >= idsMax) {
            return Arrival.TOO_MANY;
        }
        received.set(packetId);
        return Arrival.NEW;
    }

    /** The message is on stable storage: PUBREC may go out. */
    void stored(int packetId) {
        stored.set(packetId);
    }

    /** PUBREL: the id is free for a new message. Answers false for one that had no PUBREC yet. */
    boolean release(int packetId) {
        if (received.get(packetId) && !stored.get(packetId)) {
            return false;
        }
        received.clear(packetId);
        stored.clear(packetId);
        return true;
    }
}
