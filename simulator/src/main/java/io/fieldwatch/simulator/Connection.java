package io.fieldwatch.simulator;

import java.io.IOException;

/** A gateway's MQTT connection, QoS 1. Ends when it is lost or closed and is never used again. */
interface Connection {

    /** How many messages may be unacknowledged; the peer's own limit is respected. */
    int window();

    /**
     * Hands a message over without waiting for anything.
     *
     * @return false when the client is full for the moment
     * @throws IOException when the connection is lost
     */
    boolean publish(Message message) throws IOException;

    /** Says goodbye when the connection is up and frees everything; bounded, never throws. */
    void close();

    /** How to connect; blocks for a bounded time. */
    interface Link {
        Connection open(Events events) throws IOException;
    }

    /** What a connection reports, on the client's own threads; must not block. */
    interface Events {
        void acked(Message message);

        /** MQTT 5: a PUBACK of 0x80 or more; it counts as delivered, so the message is not sent again. */
        void refused(Message message, int reason);

        void lost(Throwable cause);
    }
}
