package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.AckTarget;
import io.fieldwatch.ingest.IngestMetric;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.TopicRoute;
import io.fieldwatch.ingest.mqtt.ConnectRequest.Will;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection from CONNECT to its end. Nothing of it outlives the connection: Session Present is always 0.
 *
 * <p>PUBACK and PUBREC go out when the message is on stable storage, never before, and always with reason 0: a message
 * that is refused for good is durably in quarantine, and for a failure that may pass there is no reason code, because a
 * PUBACK of 0x80 or more ends the delivery all the same (MQTT 5, 4.4.0-2). Then the connection is closed instead.
 */
final class MqttSession extends ChannelInboundHandlerAdapter implements AckTarget {

    private static final Logger LOG = LoggerFactory.getLogger(MqttSession.class);
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    /** Beside the packet id, in the token of a QoS 2 message. */
    private static final int QOS_2_TOKEN = 0x10000;

    private enum State {
        AWAITING_CONNECT,
        CONNECTED,
        CLOSING
    }

    private final MqttConfig config;
    private final Intake intake;
    private final MqttLoop loop;
    private final ConnectedClients clients;
    private final PauseGate gate;
    private final Answers answers;
    private final PublishTopics topics;

    private State state = State.AWAITING_CONNECT;
    private boolean isVersion5;
    private String clientId = "";
    private @Nullable Will will;
    private long heardNanos;
    private long keepAliveNanos;
    private int unacknowledged;
    private @Nullable Qos2Receiver qos2;

    /** A session on a new channel. */
    MqttSession(MqttConfig config, Intake intake, MqttLoop loop, ConnectedClients clients, Channel channel) {
        this.config = config;
        this.intake = intake;
        this.loop = loop;
        this.clients = clients;
        this.gate = new PauseGate(loop, channel, intake.metrics());
        this.answers = new Answers(channel);
        this.topics = new PublishTopics(intake.catalogue());
        this.heardNanos = intake.clock().nanos();
    }

    /** To be put in the pipeline before this session. */
    PauseGate gate() {
        return gate;
    }

    void updateGate() {
        gate.update();
    }

    /** The client may have spoken, but we did not listen. */
    void excuseSilence(long nowNanos) {
        heardNanos = nowNanos;
    }

    void checkDeadlines(long nowNanos) {
        long silence = nowNanos - heardNanos;
        switch (state) {
            case AWAITING_CONNECT -> {
                if (silence > config.connectTimeout().toNanos()) {
                    intake.metrics().add(IngestMetric.CONNECTIONS_REFUSED, 1);
                    close(0);
                }
            }
            case CONNECTED -> {
                if (keepAliveNanos > 0 && silence > keepAliveNanos) {
                    close(ReasonCode.KEEP_ALIVE_TIMEOUT);
                }
            }
            case CLOSING -> {
                if (silence > GOODBYE.toNanos()) {
                    answers.close();
                }
            }
        }
    }

    /**
     * Ends the connection.
     *
     * @param reason what an MQTT 5 client is told, or 0 to tell nothing
     */
    void close(int reason) {
        if (state == State.CLOSING) {
            return;
        }
        boolean tells = state == State.CONNECTED && isVersion5 && reason != 0;
        state = State.CLOSING;
        heardNanos = intake.clock().nanos();
        if (tells) {
            answers.closeAfter(Packets.disconnect(reason));
        } else {
            answers.close();
        }
    }

    @Override
    public void acknowledge(int token) {
        int packetId = token & 0xFFFF;
        if (state != State.CONNECTED) {
            return;
        }
        if (token >= QOS_2_TOKEN) {
            qos2().stored(packetId);
            answers.acknowledge(Answers.PUBREC, packetId);
        } else {
            unacknowledged--;
            answers.acknowledge(Answers.PUBACK, packetId);
        }
    }

    @Override
    public void flushAcks() {
        answers.flush();
    }

    @Override
    public void abandon() {
        close(ReasonCode.SERVER_BUSY);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        loop.add(this);
        intake.metrics().add(IngestMetric.CONNECTIONS, 1);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        state = State.CLOSING;
        loop.remove(this);
        clients.left();
        clients.release(clientId, this);
        intake.metrics().add(IngestMetric.CONNECTIONS, -1);
        answers.release();
        publishWill();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (state != State.CLOSING) {
                heardNanos = intake.clock().nanos();
                handle((MqttMessage) message);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        answers.flush();
        loop.readComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection of '{}' broke", clientId, cause);
        } else {
            LOG.warn("connection of '{}' is closed because handling it failed", clientId, cause);
        }
        close(0);
    }

    private void handle(MqttMessage message) {
        if (message.decoderResult().isFailure()) {
            undecodable(message.decoderResult().cause());
            return;
        }
        boolean isConnect = message instanceof MqttConnectMessage;
        if (isConnect != (state == State.AWAITING_CONNECT)) {
            violation(ReasonCode.PROTOCOL_ERROR); // the first packet, and only the first
            return;
        }
        switch (message.fixedHeader().messageType()) {
            case CONNECT -> connect((MqttConnectMessage) message);
            case PUBLISH -> publish((MqttPublishMessage) message);
            case PUBREL -> release(((MqttMessageIdVariableHeader) message.variableHeader()).messageId());
            case SUBSCRIBE -> subscribe((MqttSubscribeMessage) message);
            case UNSUBSCRIBE -> unsubscribe((MqttUnsubscribeMessage) message);
            case PINGREQ -> answers.write(Packets.PINGRESP);
            case DISCONNECT -> disconnected(message);
            default -> violation(ReasonCode.PROTOCOL_ERROR);
        }
    }

    private void connect(MqttConnectMessage message) {
        ConnectRequest request = ConnectRequest.of(message, config);
        if (request.refusal() != 0) {
            refuse(Packets.connectRefused(request.refusal()));
            return;
        }
        state = State.CONNECTED;
        isVersion5 = request.isVersion5();
        clientId = request.clientId();
        will = request.will();
        keepAliveNanos = Duration.ofSeconds(request.keepAliveSeconds()).toNanos() * 3 / 2;
        MqttSession other = clients.claim(clientId, this);
        if (other != null) {
            other.loop.execute(() -> other.close(ReasonCode.SESSION_TAKEN_OVER));
        }
        answers.write(
                isVersion5
                        ? Packets.connectAccepted(config, request.assignedClientId(), request.serverKeepAliveSeconds())
                        : Packets.connectAccepted());
    }

    private void publish(MqttPublishMessage message) {
        int qos = message.fixedHeader().qosLevel().value();
        if (qos == 0 && message.fixedHeader().isDup()) {
            violation(ReasonCode.MALFORMED_PACKET);
            return;
        }
        if (isVersion5 && message.fixedHeader().isRetain()) {
            violation(ReasonCode.RETAIN_NOT_SUPPORTED);
            return;
        }
        if (isVersion5 && qos == 2) {
            violation(ReasonCode.QOS_NOT_SUPPORTED);
            return;
        }
        TopicRoute route = topics.route(message.variableHeader());
        if (route == null) {
            violation(topics.refusal());
            return;
        }
        int packetId = message.variableHeader().packetId();
        switch (qos) {
            case 0 -> loop.take(route, clientId, message.payload(), null, 0);
            case 1 -> {
                unacknowledged++;
                if (isVersion5 && unacknowledged > config.receiveMaximum()) {
                    violation(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
                    return;
                }
                loop.take(route, clientId, message.payload(), this, packetId);
            }
            default -> publishQos2(route, message.payload(), packetId);
        }
    }

    private void publishQos2(TopicRoute route, ByteBuf payload, int packetId) {
        switch (qos2().publish(packetId)) {
            case NEW -> loop.take(route, clientId, payload, this, packetId | QOS_2_TOKEN);
            case STORED -> answers.acknowledge(Answers.PUBREC, packetId);
            case PENDING -> LOG.trace("'{}' sent {} again before it was stored", clientId, packetId);
            case TOO_MANY -> violation(0);
        }
    }

    private void release(int packetId) {
        if (isVersion5 || !qos2().release(packetId)) {
            violation(ReasonCode.PROTOCOL_ERROR);
            return;
        }
        answers.acknowledge(Answers.PUBCOMP, packetId);
    }

    /** Nobody may subscribe; but every SUBSCRIBE has its answer (3.8.4-1). */
    private void subscribe(MqttSubscribeMessage message) {
        int filters = message.payload().topicSubscriptions().size();
        if (filters == 0) {
            violation(ReasonCode.PROTOCOL_ERROR);
            return;
        }
        int forbidden = isVersion5 ? Subscriptions.forbidden(message) : 0;
        if (forbidden != 0) {
            violation(forbidden);
            return;
        }
        int code = isVersion5 ? ReasonCode.NOT_AUTHORIZED : ReasonCode.V3_SUBSCRIPTION_FAILED;
        answers.write(Packets.subAck(message.variableHeader().messageId(), filters, code));
    }

    private void unsubscribe(MqttUnsubscribeMessage message) {
        int filters = message.payload().topics().size();
        if (filters == 0) {
            violation(ReasonCode.PROTOCOL_ERROR);
            return;
        }
        answers.write(Packets.unsubAck(message.variableHeader().messageId(), filters));
    }

    private void disconnected(MqttMessage message) {
        boolean keepsWill = isVersion5
                && message.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader header
                && header.reasonCode() != 0;
        if (!keepsWill) {
            will = null;
        }
        close(0);
    }

    /** Publishes what the client left for this case; nobody is left to be told, so it is at most once. */
    private void publishWill() {
        Will left = will;
        will = null;
        if (left == null || !PublishTopics.valid(left.topic())) {
            return;
        }
        if (loop.paused()) {
            intake.metrics().add(IngestMetric.MESSAGES_DROPPED, 1);
            return;
        }
        TopicRoute route = TopicRoute.of(left.topic(), intake.catalogue());
        loop.take(route, clientId, Unpooled.wrappedBuffer(left.payload()), null, 0);
    }

    private void undecodable(Throwable cause) {
        if (cause instanceof MqttUnacceptableProtocolVersionException) {
            refuseVersion(String.valueOf(cause.getMessage()));
        } else if (cause instanceof TooLongFrameException) {
            violation(ReasonCode.PACKET_TOO_LARGE);
        } else {
            violation(ReasonCode.MALFORMED_PACKET);
        }
    }

    /**
     * Answers in the client's own format. The decoder keeps the level to itself: its message tells a right name with an
     * unknown level, which is newer than we are, from a wrong name or the level of 3.1.
     */
    private void refuseVersion(String decoderMessage) {
        boolean isNewer = decoderMessage.startsWith("MQTT is an unknown");
        refuse(
                isNewer
                        ? Unpooled.wrappedBuffer(
                                new byte[] {0x20, 3, 0, (byte) ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, 0})
                        : Unpooled.wrappedBuffer(
                                new byte[] {0x20, 2, 0, (byte) ReasonCode.V3_UNACCEPTABLE_PROTOCOL_VERSION}));
    }

    private void refuse(Object connAck) {
        intake.metrics().add(IngestMetric.CONNECTIONS_REFUSED, 1);
        state = State.CLOSING;
        answers.closeAfter(connAck);
    }

    /** Section 4.13: the client did what it must not do. */
    private void violation(int reason) {
        intake.metrics().add(IngestMetric.PROTOCOL_ERRORS, 1);
        LOG.debug("'{}' broke the protocol: 0x{}", clientId, Integer.toHexString(reason));
        close(reason);
    }

    private Qos2Receiver qos2() {
        if (qos2 == null) {
            qos2 = new Qos2Receiver(config.qos2IdsMax());
        }
        return qos2;
    }
}
