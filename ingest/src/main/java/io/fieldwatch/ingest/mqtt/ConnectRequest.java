package io.fieldwatch.ingest.mqtt;

import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a CONNECT asks for and whether it gets it.
 *
 * @param isVersion5 else 3.1.1
 * @param clientId the client's own or one made for it
 * @param assignedClientId the one made for an MQTT 5 client, else null
 * @param keepAliveSeconds what stands between the two sides; 0 for none
 * @param serverKeepAliveSeconds what an MQTT 5 client is told instead of its own wish; 0 when its own stands
 * @param will what to publish when the connection ends without DISCONNECT, or null
 * @param refusal the code of the CONNACK that refuses it; 0 when it is accepted
 */
record ConnectRequest(
        boolean isVersion5,
        String clientId,
        @Nullable String assignedClientId,
        int keepAliveSeconds,
        int serverKeepAliveSeconds,
        @Nullable Will will,
        int refusal) {

    /** Client ids stand in the quarantine as a message's source. */
    private static final int CLIENT_ID_CHARS_MAX = 1024;

    /** A message left with the server for the case that the connection breaks. */
    @SuppressWarnings("ArrayRecordComponent") // the bytes as received; nobody compares two of these
    record Will(String topic, byte[] payload) {}

    static ConnectRequest of(MqttConnectMessage connect, MqttConfig config) {
        MqttConnectVariableHeader header = connect.variableHeader();
        MqttConnectPayload payload = connect.payload();
        boolean isVersion5 = header.version() == MqttVersion.MQTT_5.protocolLevel();
        String named = payload.clientIdentifier();
        boolean isNamed = !named.isEmpty();
        String clientId = isNamed ? named : "auto-" + UUID.randomUUID();

        int keepAlive = header.keepAliveTimeSeconds();
        int keepAliveMax = (int) config.keepAliveMax().toSeconds();
        boolean overrides = isVersion5 && (keepAlive == 0 || keepAlive > keepAliveMax);
        @Nullable Will will = header.isWillFlag() ? new Will(payload.willTopic(), payload.willMessageInBytes()) : null;
        return new ConnectRequest(
                isVersion5,
                clientId,
                isVersion5 && !isNamed ? clientId : null,
                overrides ? keepAliveMax : keepAlive,
                overrides ? keepAliveMax : 0,
                will,
                isVersion5 ? refusal5(header, clientId, will) : refusal3(header, clientId, isNamed));
    }

    private static int refusal5(MqttConnectVariableHeader header, String clientId, @Nullable Will will) {
        if (header.properties().getProperty(MqttProperties.AUTHENTICATION_METHOD) != null) {
            return ReasonCode.BAD_AUTHENTICATION_METHOD;
        }
        if (!isClientIdValid(clientId)) {
            return ReasonCode.CLIENT_ID_NOT_VALID;
        }
        if (will != null && header.willQos() > MqttQoS.AT_LEAST_ONCE.value()) {
            return ReasonCode.QOS_NOT_SUPPORTED;
        }
        if (will != null && header.isWillRetain()) {
            return ReasonCode.RETAIN_NOT_SUPPORTED;
        }
        return will != null && !PublishTopics.valid(will.topic()) ? ReasonCode.TOPIC_NAME_INVALID : 0;
    }

    /** A 3.1.1 client without id must want a clean session (3.1.3-8): nothing could find its old one. */
    private static int refusal3(MqttConnectVariableHeader header, String clientId, boolean isNamed) {
        if (header.version() != MqttVersion.MQTT_3_1_1.protocolLevel()) {
            return ReasonCode.V3_UNACCEPTABLE_PROTOCOL_VERSION;
        }
        boolean isIdFine = isClientIdValid(clientId) && (isNamed || header.isCleanSession());
        return isIdFine ? 0 : ReasonCode.V3_IDENTIFIER_REJECTED;
    }

    private static boolean isClientIdValid(String clientId) {
        return clientId.length() <= CLIENT_ID_CHARS_MAX && clientId.indexOf('\uFFFD') < 0 && clientId.indexOf('\0') < 0;
    }
}
