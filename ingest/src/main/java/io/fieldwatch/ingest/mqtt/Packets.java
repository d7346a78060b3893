package io.fieldwatch.ingest.mqtt;

import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckPayload;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** The packets this endpoint sends, except acknowledgements, which {@link MqttSession} writes by the byte. */
final class Packets {

    static final int TOPIC_ALIAS_MAXIMUM = 16;

    static final MqttMessage PINGRESP = new MqttMessage(header(MqttMessageType.PINGRESP));

    private Packets() {}

    static MqttConnAckMessage connectAccepted() {
        return connAck(MqttConnectReturnCode.CONNECTION_ACCEPTED, MqttProperties.NO_PROPERTIES);
    }

    /**
     * MQTT 5 CONNACK that declares what an endpoint without subscribers and sessions has (section 3.2.2.3).
     *
     * @param assignedClientId null when the client brought its own
     * @param keepAliveSeconds 0 when the client's own stands
     */
    static MqttConnAckMessage connectAccepted(
            MqttConfig config, @Nullable String assignedClientId, int keepAliveSeconds) {
        MqttProperties properties = new MqttProperties();
        integer(properties, MqttProperties.SESSION_EXPIRY_INTERVAL, 0);
        integer(properties, MqttProperties.RECEIVE_MAXIMUM, config.receiveMaximum());
        integer(properties, MqttProperties.MAXIMUM_QOS, 1);
        integer(properties, MqttProperties.RETAIN_AVAILABLE, 0);
        integer(properties, MqttProperties.MAXIMUM_PACKET_SIZE, config.packetBytesMax());
        integer(properties, MqttProperties.TOPIC_ALIAS_MAXIMUM, TOPIC_ALIAS_MAXIMUM);
        integer(properties, MqttProperties.WILDCARD_SUBSCRIPTION_AVAILABLE, 0);
        integer(properties, MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0);
        integer(properties, MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE, 0);
        if (keepAliveSeconds > 0) {
            integer(properties, MqttProperties.SERVER_KEEP_ALIVE, keepAliveSeconds);
        }
        if (assignedClientId != null) {
            properties.add(
                    new MqttProperties.StringProperty(MqttProperties.ASSIGNED_CLIENT_IDENTIFIER, assignedClientId));
        }
        return connAck(MqttConnectReturnCode.CONNECTION_ACCEPTED, properties);
    }

    static MqttConnAckMessage connectRefused(int code) {
        return connAck(MqttConnectReturnCode.valueOf((byte) code), MqttProperties.NO_PROPERTIES);
    }

    static MqttMessage disconnect(int reason) {
        return new MqttMessage(
                header(MqttMessageType.DISCONNECT),
                new MqttReasonCodeAndPropertiesVariableHeader((byte) reason, MqttProperties.NO_PROPERTIES));
    }

    static MqttSubAckMessage subAck(int packetId, int filters, int code) {
        return new MqttSubAckMessage(
                header(MqttMessageType.SUBACK),
                id(packetId),
                new MqttSubAckPayload(Collections.nCopies(filters, code)));
    }

    /** The codes are sent by MQTT 5 only; 3.1.1 has none. */
    static MqttUnsubAckMessage unsubAck(int packetId, int filters) {
        return new MqttUnsubAckMessage(
                header(MqttMessageType.UNSUBACK),
                id(packetId),
                new MqttUnsubAckPayload(Collections.nCopies(filters, (short) ReasonCode.NO_SUBSCRIPTION_EXISTED)));
    }

    private static MqttConnAckMessage connAck(MqttConnectReturnCode code, MqttProperties properties) {
        return new MqttConnAckMessage(
                header(MqttMessageType.CONNACK), new MqttConnAckVariableHeader(code, false, properties));
    }

    private static MqttMessageIdAndPropertiesVariableHeader id(int packetId) {
        return new MqttMessageIdAndPropertiesVariableHeader(packetId, MqttProperties.NO_PROPERTIES);
    }

    private static MqttFixedHeader header(MqttMessageType type) {
        return new MqttFixedHeader(type, false, MqttQoS.AT_MOST_ONCE, false, 0);
    }

    private static void integer(MqttProperties properties, int id, int value) {
        properties.add(new MqttProperties.IntegerProperty(id, value));
    }
}
