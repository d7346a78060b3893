package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.IngestMetric;
import io.fieldwatch.ingest.TopicRoute;
import io.fieldwatch.ingest.mqtt.ConnectPacket.UnknownVersion;
import io.fieldwatch.ingest.mqtt.ConnectPacket.Will;
import io.fieldwatch.telemetry.access.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection from its first byte to its end: CONNECT and what it is granted, the deadlines, and how it ends. What the
 * client says once it is connected is the {@link Conversation}'s business. Nothing outlives the connection: Session Present
 * is always 0.
 */
final class MqttSession extends DeadlineWheel.Entry<MqttSession> {

    private static final Logger LOG = LoggerFactory.getLogger(MqttSession.class);
    private static final long GOODBYE_NANOS = Duration.ofSeconds(5).toNanos();
    /** A connection is looked at no less often, whatever its keep-alive. */
    private static final long LOOK_NANOS = Duration.ofSeconds(15).toNanos();

    private final Door door;
    private final MqttLoop loop;
    private final Channel channel;
    private final Peer peer;
    private final FrameReader reader;
    private final Answers answers;

    private Principal principal = Principal.anyone();
    private String clientId = "";
    private @Nullable Conversation conversation;
    private @Nullable Will will;
    private long heardNanos;
    private long keepAliveNanos;
    private @Nullable Ending ending;
    private boolean isGone;

    /** A session on a new channel; its {@link #reader} is to be put into the channel's pipeline. */
    MqttSession(Door door, MqttLoop loop, Channel channel, Peer peer) {
        this.door = door;
        this.loop = loop;
        this.channel = channel;
        this.peer = peer;
        this.reader = new FrameReader(loop, this, channel);
        this.answers = new Answers(channel);
        loop.arrived();
        this.heardNanos = loop.nowNanos();
        loop.schedule(this, door.config().connectTimeout().toNanos());
    }

    FrameReader reader() {
        return reader;
    }

    boolean isClosing() {
        return ending != null || isGone;
    }

    /** The longest packet taken now, its header included: less from those who have not said who they are. */
    int packetBytesMax() {
        return conversation == null
                ? door.config().connectBytesMax()
                : door.config().packetBytesMax();
    }

    /** Refuses what cannot become a good packet as soon as its first byte is there. */
    void checkFirst(int first) {
        Conversation open = conversation;
        if (open != null) {
            open.checkFirst(first);
        } else if (PacketType.of(first) != PacketType.CONNECT) {
            throw Ending.NOT_MQTT.violation; // 3.1.0-1
        }
    }

    /** Handles one whole packet; its body is in the buffer between the two indexes. */
    void packet(int first, ByteBuf in, int from, int to) {
        heardNanos = loop.nowNanos();
        Conversation open = conversation;
        if (open != null) {
            open.packet(first, in, from, to);
        } else {
            connect(first & 0x0F, loop.body().of(in, from, to));
        }
    }

    void readComplete() {
        answers.flush();
        loop.readComplete();
    }

    /** The connection may be over its time; looks, and sees to it that it is looked at again. */
    void due(long nowNanos) {
        if (isGone) {
            return;
        }
        if (ending != null) {
            answers.close(); // it was told goodbye and has not read it
            return;
        }
        @Nullable Ending late = late(nowNanos);
        if (late == null) {
            loop.schedule(this, nextLook(nowNanos));
        } else {
            end(late);
        }
    }

    /** The client is no longer listened to, or again: its silence until now was ours. */
    void heard() {
        heardNanos = loop.nowNanos();
    }

    /** The client said goodbye. */
    void disconnected(boolean deletesWill) {
        if (deletesWill) {
            will = null;
        }
        end(Ending.DISCONNECTED);
    }

    /** The client said goodbye with a reason it may not have; whoever has left is told nothing. */
    void leftWrongly() {
        closing(Ending.PROTOCOL_ERROR);
        answers.flush(); // what was answered before it left
        answers.close();
    }

    /** Ends the connection; the client is told why where its version of MQTT can. */
    void end(Ending reason) {
        if (isClosing()) {
            return;
        }
        boolean tells = conversation != null && conversation.isVersion5() && reason.code() != 0;
        closing(reason);
        if (tells) {
            answers.closeAfter(Packets.disconnect(channel.alloc(), reason.code()));
        } else {
            answers.flush();
            answers.close();
        }
    }

    /** The client broke the protocol. */
    void violated(Ending reason) {
        LOG.debug("'{}' at {} broke the protocol: {}", clientId, peer.address(), reason);
        end(conversation == null ? Ending.NOT_MQTT : reason);
    }

    /** Looks whether the client may still be connected, after credentials have changed. */
    void recheck() {
        Conversation open = conversation;
        if (isClosing() || open == null) {
            return;
        }
        Optional<Principal> now = door.stillAdmitted(principal);
        if (now.isEmpty()) {
            LOG.info("'{}' is disconnected: its credentials were revoked", principal.username());
            will = null;
            end(Ending.ACCESS_REVOKED);
        } else if (!now.get().equals(principal)) {
            principal = now.get();
            open.become(principal);
        }
    }

    /** What Netty tells of the channel. */
    void event(Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            LOG.debug("TLS with {} failed", peer.address(), handshake.cause());
            end(Ending.TLS_FAILED);
        }
    }

    void broken(Throwable cause) {
        if (cause instanceof IOException || cause.getCause() instanceof SSLException) {
            LOG.debug("connection of '{}' broke", clientId, cause);
            end(Ending.LOST);
        } else {
            LOG.warn("connection of '{}' is closed because handling it failed", clientId, cause);
            end(Ending.HANDLING_FAILED);
        }
    }

    /** The channel is closed. */
    void gone() {
        if (isGone) {
            return;
        }
        isGone = true;
        if (ending == null) {
            door.count(conversation == null ? Ending.NOT_MQTT : Ending.LOST);
        }
        loop.remove(this);
        door.left(this);
        answers.release();
        if (ending != Ending.SESSION_TAKEN_OVER) {
            publishWill(); // else the client is there, on another connection (3.1.3-9)
        }
    }

    String clientId() {
        return clientId;
    }

    Principal principal() {
        return principal;
    }

    MqttLoop loop() {
        return loop;
    }

    private void closing(Ending reason) {
        ending = reason;
        door.count(reason);
        loop.schedule(this, GOODBYE_NANOS);
    }

    /** Null when the client is in time with everything. */
    private @Nullable Ending late(long nowNanos) {
        long silence = nowNanos - heardNanos;
        if (conversation == null) {
            return silence >= door.config().connectTimeout().toNanos() ? Ending.CONNECT_TIMEOUT : null;
        }
        if (reader.isHeld()) {
            boolean stalls = !loop.paused() && !channel.isWritable();
            return stalls && silence > door.config().stallMax().toNanos() ? Ending.READER_STALLED : null;
        }
        if (keepAliveNanos > 0 && silence > keepAliveNanos) {
            return Ending.KEEP_ALIVE_TIMEOUT; // 3.1.2-22
        }
        boolean dribbles =
                reader.partialNanos(nowNanos) > door.config().packetTimeout().toNanos();
        return dribbles ? Ending.PACKET_TIMEOUT : null;
    }

    private long nextLook(long nowNanos) {
        long silenceMax = conversation == null ? door.config().connectTimeout().toNanos() : keepAliveNanos;
        long untilSilent = silenceMax == 0 ? LOOK_NANOS : silenceMax - (nowNanos - heardNanos);
        long often = Math.min(
                LOOK_NANOS,
                Math.min(
                        door.config().packetTimeout().toNanos(),
                        door.config().stallMax().toNanos()));
        return Math.min(often, Math.max(0, untilSilent));
    }

    private void connect(int flags, Body body) {
        int version;
        try {
            version = ConnectPacket.version(body);
        } catch (UnknownVersion e) {
            refuse(Ending.UNSUPPORTED_PROTOCOL_VERSION, e.isNewer());
            return;
        }
        if (flags != 0 && version > 3) {
            throw Ending.MALFORMED_PACKET.violation; // 3.1 let them be anything
        }
        ConnectPacket packet = ConnectPacket.read(version, body, loop.properties());
        Admission admission = door.admit(packet, peer, Certificates.of(channel));
        @Nullable Ending refusal = admission.refusal();
        if (refusal != null) {
            refuse(refusal, packet.isVersion5());
            return;
        }
        ByteBuf connAck = Packets.connAck(channel.alloc(), door.config(), packet, admission);
        if (connAck.readableBytes() > packet.answerBytesMax()) {
            connAck.release();
            end(Ending.ANSWER_TOO_LARGE); // 3.1.2-24
            return;
        }
        principal = admission.principal();
        clientId = admission.clientId();
        keepAliveNanos = Duration.ofSeconds(admission.keepAliveSeconds()).toNanos() * 3 / 2;
        will = packet.will();
        conversation = new Conversation(this, loop, answers, packet, admission, door);
        door.connected(this);
        answers.write(connAck);
        loop.schedule(this, nextLook(heardNanos));
    }

    /** Answers in the client's own format. */
    private void refuse(Ending reason, boolean inVersion5) {
        LOG.debug("CONNECT from {} is refused: {}", peer.address(), reason);
        closing(reason);
        answers.closeAfter(Packets.refusal(channel.alloc(), reason, inVersion5));
    }

    /**
     * What the client left for this case says that its device is gone. Nobody is left to be told whether that is durable,
     * so it is at most once.
     */
    private void publishWill() {
        Will left = will;
        will = null;
        if (left == null) {
            return;
        }
        if (loop.paused()) {
            door.intake().metrics().add(IngestMetric.MESSAGES_DROPPED, 1);
            return;
        }
        TopicRoute route = TopicRoute.of(left.topic(), door.intake().catalogue(), principal);
        loop.takeOffline(route, clientId, Unpooled.wrappedBuffer(left.payload()));
        loop.readComplete();
    }
}
