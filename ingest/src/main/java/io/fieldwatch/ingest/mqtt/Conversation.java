package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.AckTarget;
import io.fieldwatch.ingest.TopicRoute;
import io.fieldwatch.ingest.access.Allowance;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.access.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client whose CONNECT was accepted says, and what it is answered. Ends with a {@link Violation} when the client
 * breaks the protocol; what that means for the connection is the {@link MqttSession}'s business.
 *
 * <p>PUBACK and PUBREC go out when the message is on stable storage, never before. A message that is refused for good is
 * durably in quarantine, and an MQTT 5 client is told so by the reason code. For a failure that may pass there is no
 * reason code, because a PUBACK of 0x80 or more ends the delivery all the same (MQTT 5, 4.4.0-2): then the connection is
 * closed instead, so that the client sends again.
 */
final class Conversation implements AckTarget {

    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

    /** Reason codes a client may give in DISCONNECT (3.14.2.1), in PUBACK and PUBREC (3.4.2.1), in PUBREL and PUBCOMP. */
    private static final BitSet DISCONNECT_REASONS =
            codes(0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99);

    private static final BitSet RECEIPT_REASONS = codes(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99);
    private static final BitSet COMPLETION_REASONS = codes(0x00, 0x92);
    private static final int FAILURE = 0x80;

    /** Beside the packet id, in the token of a QoS 2 message. */
    private static final int QOS_2_TOKEN = 0x10000;

    private static final int DUP = 1 << 3;
    private static final int RETAIN = 1;

    private final MqttSession session;
    private final MqttConfig config;
    private final MqttLoop loop;
    private final ByteBufAllocator allocator;
    private final Answers answers;
    private final boolean isVersion5;
    private final boolean isSessionKept;
    private final long answerBytesMax;
    private final String clientId;
    private final PublishTopics topics;
    private final @Nullable Allowance allowance;
    private int unacknowledged;
    private @Nullable Qos2Receiver qos2;

    /** A conversation that the client's CONNECT has opened. */
    Conversation(
            MqttSession session,
            MqttLoop loop,
            Answers answers,
            ConnectPacket connect,
            Admission admission,
            Door door) {
        this.session = session;
        this.config = door.config();
        this.loop = loop;
        this.allocator = answers.allocator();
        this.answers = answers;
        this.isVersion5 = connect.isVersion5();
        this.isSessionKept = connect.sessionExpirySeconds() > 0;
        this.answerBytesMax = connect.answerBytesMax();
        this.clientId = admission.clientId();
        this.topics = new PublishTopics(door.intake().catalogue(), admission.principal());
        this.allowance = admission.allowance();
    }

    boolean isVersion5() {
        return isVersion5;
    }

    /** From now on the client may write other things than before. */
    void become(Principal principal) {
        topics.become(principal);
    }

    /** Refuses what cannot become a good packet as soon as its first byte is there. */
    void checkFirst(int first) {
        PacketType.of(first).checkFromConnected(first);
    }

    /** Handles one whole packet; its body is in the buffer between the two indexes. */
    void packet(int first, ByteBuf in, int from, int to) {
        PacketType type = PacketType.of(first);
        if (type == PacketType.PUBLISH) {
            publish(first, in, from, to);
            return;
        }
        Body body = loop.body().of(in, from, to);
        switch (type) {
            case PUBREL -> release(body);
            case SUBSCRIBE -> subscribe(body);
            case UNSUBSCRIBE -> unsubscribe(body);
            case PINGREQ -> {
                body.finish();
                answers.write(Packets.pingResp(allocator));
            }
            case DISCONNECT -> disconnected(body);
            case PUBREC -> received(body);
            case PUBACK -> ignored(body, RECEIPT_REASONS);
            case PUBCOMP -> ignored(body, COMPLETION_REASONS);
            default -> throw new IllegalStateException(type + " was let through");
        }
    }

    @Override
    public void acknowledge(int token, @Nullable RejectReason refusal) {
        int packetId = token & 0xFFFF;
        if (session.isClosing()) {
            return;
        }
        if (token >= QOS_2_TOKEN) {
            qos2().stored(packetId);
            answers.acknowledge(Answers.PUBREC, packetId);
            return;
        }
        unacknowledged--;
        if (refusal == null || !isVersion5) {
            answers.acknowledge(Answers.PUBACK, packetId);
        } else {
            answers.acknowledge(Answers.PUBACK, packetId, PubAckReason.of(refusal));
        }
    }

    @Override
    public void flushAcks() {
        answers.flush();
    }

    @Override
    public void abandon() {
        session.end(Ending.SERVER_BUSY);
    }

    private void publish(int first, ByteBuf in, int from, int to) {
        int qos = first >> 1 & 3;
        if (qos == 3 || (qos == 0 && (first & DUP) != 0)) {
            throw Ending.MALFORMED_PACKET.violation; // 3.3.1-4, -2
        }
        Body body = loop.body().of(in, from, to);
        int topicLength = body.u16();
        int topicAt = body.at();
        body.skip(topicLength);
        int packetId = qos > 0 ? body.packetId() : 0;
        TopicRoute route =
                isVersion5 ? route5(first, qos, body, topicAt, topicLength) : topics.route(in, topicAt, topicLength);
        if (allowance != null && !allowance.sends(to - from, loop.nowNanos())) {
            throw Ending.MESSAGE_RATE_TOO_HIGH.violation;
        }
        int writerIndex = in.writerIndex();
        in.setIndex(body.at(), to);
        switch (qos) {
            case 0 -> loop.take(route, clientId, in, null, 0);
            case 1 -> {
                unacknowledged++;
                if (isVersion5 && unacknowledged > config.receiveMaximum()) {
                    throw Ending.RECEIVE_MAXIMUM_EXCEEDED.violation; // 3.3.4-7
                }
                loop.take(route, clientId, in, this, packetId);
            }
            default -> publishQos2(route, in, packetId);
        }
        in.setIndex(from, writerIndex);
    }

    private TopicRoute route5(int first, int qos, Body body, int topicAt, int topicLength) {
        ByteBuf in = body.buffer();
        boolean hasAlias = false;
        int alias = 0;
        if (body.left() > 0 && in.getByte(body.at()) == 0) {
            body.skip(1); // no properties, as most have it
        } else {
            Properties properties = loop.properties();
            properties.read(body, Properties.PUBLISH);
            hasAlias = properties.hasTopicAlias();
            alias = properties.topicAlias();
        }
        if ((first & RETAIN) != 0) {
            throw Ending.RETAIN_NOT_SUPPORTED.violation; // 3.2.2-14
        }
        if (qos == 2) {
            throw Ending.QOS_NOT_SUPPORTED.violation; // 3.2.2-11
        }
        return hasAlias ? topics.route(in, topicAt, topicLength, alias) : topics.route(in, topicAt, topicLength);
    }

    private void publishQos2(TopicRoute route, ByteBuf payload, int packetId) {
        switch (qos2().publish(packetId)) {
            case NEW -> loop.take(route, clientId, payload, this, packetId | QOS_2_TOKEN);
            case STORED -> answers.acknowledge(Answers.PUBREC, packetId);
            case PENDING -> LOG.trace("'{}' sent {} again before it was stored", clientId, packetId);
            case TOO_MANY -> throw Ending.QUOTA_EXCEEDED.violation;
        }
    }

    private void release(Body body) {
        int packetId = body.packetId();
        readReason(body, COMPLETION_REASONS);
        if (!isVersion5 && !qos2().release(packetId)) {
            throw Ending.PROTOCOL_ERROR.violation; // before its PUBREC
        }
        answers.acknowledge(Answers.PUBCOMP, packetId);
    }

    /** PUBREC of what was never sent: with its PUBREL the client can forget it. */
    private void received(Body body) {
        int packetId = body.packetId();
        if (readReason(body, RECEIPT_REASONS) < FAILURE) {
            answers.acknowledge(Answers.PUBREL, packetId);
        }
    }

    /** PUBACK or PUBCOMP of what was never sent: as Mosquitto, this endpoint does not make more of it than it is. */
    private void ignored(Body body, BitSet reasons) {
        int packetId = body.packetId();
        int reason = readReason(body, reasons);
        LOG.trace("'{}' acknowledged {} with {}, which it was never sent", clientId, packetId, reason);
    }

    /** Reason and properties behind the packet id of an acknowledgement; answers the reason. */
    private int readReason(Body body, BitSet reasons) {
        int reason = 0;
        if (isVersion5 && body.left() > 0) {
            reason = body.u8();
            if (!reasons.get(reason)) {
                throw Ending.PROTOCOL_ERROR.violation;
            }
            if (body.left() > 0) {
                loop.properties().read(body, Properties.ACKNOWLEDGEMENT);
            }
        }
        body.finish();
        return reason;
    }

    /** Nobody may subscribe; but every SUBSCRIBE has its answer (3.8.4-1). */
    private void subscribe(Body body) {
        int packetId = body.packetId();
        boolean hasIdentifier = false;
        if (isVersion5) {
            loop.properties().read(body, Properties.SUBSCRIBE);
            hasIdentifier = loop.properties().hasSubscriptionIdentifier();
        }
        int filters = Subscriptions.read(body, isVersion5, hasIdentifier);
        answer(Packets.subAck(allocator, isVersion5, packetId, filters));
    }

    private void unsubscribe(Body body) {
        int packetId = body.packetId();
        if (isVersion5) {
            loop.properties().read(body, Properties.UNSUBSCRIBE);
        }
        int filters = Subscriptions.readUnsubscribe(body);
        answer(Packets.unsubAck(allocator, isVersion5, packetId, filters));
    }

    private void answer(ByteBuf packet) {
        if (packet.readableBytes() > answerBytesMax) {
            packet.release();
            throw Ending.ANSWER_TOO_LARGE.violation; // 3.1.2-24
        }
        answers.write(packet);
    }

    private void disconnected(Body body) {
        int reason = 0;
        if (isVersion5 && body.left() > 0) {
            reason = body.u8();
            if (!DISCONNECT_REASONS.get(reason)) {
                session.leftWrongly();
                return;
            }
            if (body.left() > 0) {
                loop.properties().read(body, Properties.DISCONNECT);
                if (loop.properties().sessionExpirySeconds() > 0 && !isSessionKept) {
                    throw Ending.PROTOCOL_ERROR.violation; // 3.14.2-2
                }
            }
        }
        body.finish();
        session.disconnected(reason == 0); // 3.14.4-3
    }

    private static BitSet codes(int... all) {
        BitSet codes = new BitSet();
        for (int code : all) {
            codes.set(code);
        }
        return codes;
    }

    private Qos2Receiver qos2() {
        if (qos2 == null) {
            qos2 = new Qos2Receiver(config.qos2IdsMax());
        }
        return qos2;
    }
}
