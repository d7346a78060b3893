package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.TopicRoute;
import io.fieldwatch.telemetry.Catalogue;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import org.jspecify.annotations.Nullable;

/**
 * The topics of one connection's PUBLISH packets, with the aliases of MQTT 5 (3.3.2.3.4). Most clients keep to one topic,
 * so the last route is kept.
 */
final class PublishTopics {

    private final Catalogue catalogue;
    private @Nullable TopicRoute last;
    private @Nullable TopicRoute @Nullable [] aliases;
    private int refusal;

    PublishTopics(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** Where the packet goes; null when its topic or alias is against the protocol, see {@link #refusal}. */
    @Nullable
    TopicRoute route(MqttPublishVariableHeader header) {
        String topic = header.topicName();
        MqttProperties.MqttProperty<?> alias = header.properties().getProperty(MqttProperties.TOPIC_ALIAS);
        if (alias == null) {
            return route(topic);
        }
        int number = (Integer) alias.value();
        if (number < 1 || number > Packets.TOPIC_ALIAS_MAXIMUM) {
            return refuse(ReasonCode.TOPIC_ALIAS_INVALID);
        }
        if (aliases == null) {
            aliases = new TopicRoute[Packets.TOPIC_ALIAS_MAXIMUM + 1];
        }
        if (!topic.isEmpty()) {
            TopicRoute route = route(topic);
            aliases[number] = route;
            return route;
        }
        TopicRoute meant = aliases[number];
        return meant != null ? meant : refuse(ReasonCode.PROTOCOL_ERROR);
    }

    /** Why the last {@link #route} was null: a reason code. */
    int refusal() {
        return refusal;
    }

    /** No wildcard and no U+0000; nor U+FFFD, which some clients put for bytes that were no UTF-8. */
    static boolean valid(String topic) {
        for (int i = 0; i < topic.length(); i++) {
            char c = topic.charAt(i);
            if (c == '+' || c == '#' || c == '\0' || c == '\uFFFD') {
                return false;
            }
        }
        return !topic.isEmpty();
    }

    private @Nullable TopicRoute route(String topic) {
        TopicRoute route = last;
        if (route != null && route.topic().equals(topic)) {
            return route;
        }
        if (topic.isEmpty()) {
            return refuse(ReasonCode.PROTOCOL_ERROR);
        }
        if (!valid(topic)) {
            return refuse(ReasonCode.TOPIC_NAME_INVALID);
        }
        route = TopicRoute.of(topic, catalogue);
        last = route;
        return route;
    }

    private @Nullable TopicRoute refuse(int reason) {
        refusal = reason;
        return null;
    }
}
