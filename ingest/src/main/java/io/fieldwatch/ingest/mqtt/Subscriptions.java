package io.fieldwatch.ingest.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;

/** Nobody may subscribe; this tells a mere refusal from what CONNACK had told an MQTT 5 client not to use. */
final class Subscriptions {

    private Subscriptions() {}

    /** The reason code of the DISCONNECT that the packet deserves, or 0 when it is only to be refused. */
    static int forbidden(MqttSubscribeMessage message) {
        MqttProperties properties = message.idAndPropertiesVariableHeader().properties();
        if (properties.getProperty(MqttProperties.SUBSCRIPTION_IDENTIFIER) != null) {
            return ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED;
        }
        for (MqttTopicSubscription subscription : message.payload().topicSubscriptions()) {
            String filter = subscription.topicFilter();
            if (filter.startsWith("$share/")) {
                return ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
            }
            if (filter.indexOf('+') >= 0 || filter.indexOf('#') >= 0) {
                return ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED;
            }
        }
        return 0;
    }
}
