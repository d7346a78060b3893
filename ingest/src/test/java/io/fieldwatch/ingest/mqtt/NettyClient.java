package io.fieldwatch.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A client whose packets are written and read by Netty's own codec, at the other end of a {@link PacketRun}. */
final class NettyClient {

    static final String CLOSED = "closed";

    private final PacketRun run;
    private final boolean byteByByte;
    private final EmbeddedChannel codec = new EmbeddedChannel(new MqttDecoder(1 << 20), MqttEncoder.INSTANCE);

    NettyClient(PacketRun run, boolean byteByByte) {
        this.run = run;
        this.byteByByte = byteByByte;
    }

    /** Sends a message; what comes back, in words, with {@link #CLOSED} as the last when the connection is over. */
    List<String> send(MqttMessage message) {
        codec.writeOutbound(message);
        ByteBuf packet = Unpooled.buffer();
        for (ByteBuf part = codec.readOutbound(); part != null; part = codec.readOutbound()) {
            packet.writeBytes(part);
            part.release();
        }
        byte[] bytes = ByteBufUtil.getBytes(packet);
        for (int from = 0; from < bytes.length; from = byteByByte ? from + 1 : bytes.length) {
            run.receive(bytes, from, byteByByte ? from + 1 : bytes.length);
        }
        codec.writeInbound(Unpooled.wrappedBuffer(run.take()));
        List<String> answers = new ArrayList<>();
        for (MqttMessage answer = codec.readInbound(); answer != null; answer = codec.readInbound()) {
            answers.add(words(answer));
        }
        if (!run.isOpen()) {
            answers.add(CLOSED);
        }
        return answers;
    }

    void close() {
        codec.finishAndReleaseAll();
    }

    private static String words(MqttMessage message) {
        if (message.decoderResult().isFailure()) {
            throw new IllegalStateException(
                    "Netty cannot read the answer", message.decoderResult().cause());
        }
        String type = message.fixedHeader().messageType().name();
        if (message instanceof MqttConnAckMessage connAck) {
            return type + " "
                    + code(connAck.variableHeader().connectReturnCode().byteValue())
                    + (connAck.variableHeader().isSessionPresent() ? " present" : "")
                    + properties(connAck.variableHeader().properties());
        }
        if (message instanceof MqttSubAckMessage subAck) {
            return type + " " + subAck.variableHeader().messageId() + " "
                    + subAck.payload().reasonCodes();
        }
        if (message instanceof MqttUnsubAckMessage unsubAck) {
            return type + " " + unsubAck.variableHeader().messageId() + " "
                    + unsubAck.payload().unsubscribeReasonCodes();
        }
        Object header = message.variableHeader();
        if (header instanceof MqttPubReplyMessageVariableHeader reply) {
            return type + " " + reply.messageId() + " " + code(reply.reasonCode());
        }
        if (header instanceof MqttMessageIdVariableHeader reply) {
            return type + " " + reply.messageId() + " 00";
        }
        return header instanceof MqttReasonCodeAndPropertiesVariableHeader reason
                ? type + " " + code(reason.reasonCode())
                : type;
    }

    private static String code(byte code) {
        return Integer.toHexString((code & 0xFF) | 0x100).substring(1);
    }

    /** By their numbers: Netty's codec has no order of its own. */
    private static String properties(MqttProperties properties) {
        Map<Integer, Object> all = new TreeMap<>();
        for (MqttProperties.MqttProperty<?> property : properties.listAll()) {
            boolean isId = property.propertyId() == MqttProperties.ASSIGNED_CLIENT_IDENTIFIER;
            all.put(property.propertyId(), isId ? "made" : property.value());
        }
        return all.isEmpty() ? "" : " " + all;
    }
}
