package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.BinaryProperty;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperty;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption.RetainedHandlingPolicy;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says well-formed things through a {@link NettyClient}, in an order a fuzzer chooses, and checks each answer against what
 * this plain model of the endpoint expects.
 */
final class NettyDialogue {

    private static final String CLOSED = NettyClient.CLOSED;
    private static final String DECLARED = "33=4, 34=16, 36=1, 37=0, 39=4096, 40=0, 41=0, 42=0}";
    private static final int KEEP_ALIVE_MAX = 60; // as PacketRun has it
    private static final int SESSION_EXPIRY = 100;
    private static final String[] WORDS = {"a", "meter-7", "Tô Hiệu", "\uD83D\uDEA6", "#", "../..", "$SYS", "x y"};

    /** Topics, and the reason code that a message to them gets; "" for none. */
    private static final String[][] TOPICS = {
        {"fieldwatch/v1/traffic-flow/cam-1", "00"},
        {"fieldwatch/v1/traffic-flow/Tô-Hiệu", "00"},
        {"fieldwatch/v1/traffic-flow", "00"},
        {"some/where", "10"},
        {"$SYS/broker", "10"},
        {"fieldwatch/v1/nothing/cam-1", "90"},
        {"fieldwatch/v1/traffic-flow/", "90"},
    };

    private final FuzzedDataProvider data;
    private final NettyClient client;
    private final boolean isVersion5;
    private final MqttVersion version;
    private final Map<Integer, String[]> aliases = new HashMap<>();
    private final Set<Integer> unreleased = new HashSet<>();
    private final List<Object> stored = new ArrayList<>();
    private boolean isSessionKept;
    private int next;
    private int refused;

    NettyDialogue(FuzzedDataProvider data, NettyClient client) {
        this.data = data;
        this.client = client;
        version = data.pickValue(MqttVersion.values());
        isVersion5 = version == MqttVersion.MQTT_5;
    }

    /** The values that must be in the log, in order. */
    List<Object> stored() {
        return stored;
    }

    /** How many messages must be in quarantine. */
    int refused() {
        return refused;
    }

    /** Connects; false when that is refused. */
    boolean connects() {
        boolean isClean = data.consumeBoolean();
        boolean isNameless = version != MqttVersion.MQTT_3_1 && (isVersion5 || isClean) && data.consumeBoolean();
        int keepAlive = data.pickValue(new int[] {30, 0, KEEP_ALIVE_MAX, KEEP_ALIVE_MAX + 1, 65_535});
        MqttProperties properties = userProperties();
        @Nullable String refusal = connectProperties(properties);
        MqttMessageBuilders.ConnectBuilder connect = MqttMessageBuilders.connect()
                .protocolVersion(version)
                .cleanSession(isClean)
                .clientId(isNameless ? "" : data.pickValue(WORDS))
                .keepAlive(keepAlive)
                .properties(properties);
        if (data.consumeBoolean()) {
            connect.username(data.pickValue(WORDS)).password(data.consumeBytes(50));
        }
        if (data.consumeBoolean()) {
            @Nullable String unwilling = will(connect);
            refusal = refusal == null ? unwilling : refusal;
        }
        if (refusal != null) {
            expect(connect.build(), "CONNACK " + refusal, CLOSED);
            return false;
        }
        boolean overrides = keepAlive == 0 || keepAlive > KEEP_ALIVE_MAX;
        String properties5 = " {17=0, " + (isNameless ? "18=made, " : "")
                + (overrides ? "19=" + KEEP_ALIVE_MAX + ", " : "") + DECLARED;
        return expect(connect.build(), "CONNACK 00" + (isVersion5 ? properties5 : ""));
    }

    /** Says one thing more; false when the connection is over then. */
    boolean says() {
        return switch (data.consumeInt(0, 11)) {
            case 0 -> subscribes();
            case 1 -> unsubscribes();
            case 2 -> expect(MqttMessage.PINGREQ, "PINGRESP");
            case 3 -> releases();
            case 4 -> data.consumeInt(0, 5) > 0 || disconnects();
            default -> publishes();
        };
    }

    private @Nullable String connectProperties(MqttProperties properties) {
        if (!isVersion5) {
            return null;
        }
        isSessionKept = data.consumeBoolean();
        if (isSessionKept) {
            properties.add(new IntegerProperty(MqttProperties.SESSION_EXPIRY_INTERVAL, SESSION_EXPIRY));
        }
        if (data.consumeBoolean()) {
            properties.add(new IntegerProperty(MqttProperties.RECEIVE_MAXIMUM, data.consumeInt(1, 65_535)));
            properties.add(new IntegerProperty(MqttProperties.TOPIC_ALIAS_MAXIMUM, data.consumeInt(0, 65_535)));
            properties.add(new IntegerProperty(MqttProperties.MAXIMUM_PACKET_SIZE, data.consumeInt(4096, 1 << 30)));
            properties.add(new IntegerProperty(MqttProperties.REQUEST_PROBLEM_INFORMATION, 0));
            properties.add(new IntegerProperty(MqttProperties.REQUEST_RESPONSE_INFORMATION, 1));
        }
        if (data.consumeInt(0, 7) < 7) {
            return null;
        }
        properties.add(new StringProperty(MqttProperties.AUTHENTICATION_METHOD, data.pickValue(WORDS)));
        properties.add(new BinaryProperty(MqttProperties.AUTHENTICATION_DATA, data.consumeBytes(10)));
        return "8c";
    }

    /** Answers the code that refuses the will, or null. */
    private @Nullable String will(MqttMessageBuilders.ConnectBuilder connect) {
        int qos = data.consumeInt(0, 2);
        boolean isRetained = data.consumeInt(0, 3) == 3;
        MqttProperties properties = userProperties();
        if (isVersion5) {
            properties.add(new IntegerProperty(MqttProperties.WILL_DELAY_INTERVAL, data.consumeInt()));
        }
        connect.willFlag(true)
                .willQoS(MqttQoS.valueOf(qos))
                .willRetain(isRetained)
                // A topic of which nothing comes into the quarantine, so that its messages can be counted.
                .willTopic("fieldwatch/v1/camera/cam-1")
                .willMessage(data.consumeBytes(20))
                .willProperties(properties);
        if (!isVersion5) {
            return null;
        }
        if (qos == 2) {
            return "9b";
        }
        return isRetained ? "9a" : null;
    }

    private boolean publishes() {
        int qos = data.consumeInt(0, 2);
        boolean isRetained = data.consumeInt(0, 9) == 9;
        int packetId = data.consumeInt(1, 5);
        String[] topic = data.pickValue(TOPICS);
        String sentTopic = topic[0];
        MqttProperties properties = publishProperties();
        if (isVersion5 && data.consumeBoolean()) {
            int alias = data.consumeInt(1, 16);
            properties.add(new IntegerProperty(MqttProperties.TOPIC_ALIAS, alias));
            String[] known = aliases.get(alias);
            if (known != null && data.consumeBoolean()) {
                topic = known;
                sentTopic = "";
            } else if (!isRetained && qos < 2) {
                aliases.put(alias, topic);
            }
        }
        boolean isGood = data.consumeInt(0, 7) < 7;
        int value = next++;
        String payload = isGood ? "{\"device\":\"" + device(topic[0]) + "\",\"intensity\":" + value + "}" : "hello";
        MqttPublishMessage message = MqttMessageBuilders.publish()
                .topicName(sentTopic)
                .qos(MqttQoS.valueOf(qos))
                .retained(isRetained)
                .messageId(packetId)
                .payload(Unpooled.copiedBuffer(payload, StandardCharsets.UTF_8))
                .properties(properties)
                .build();
        if (isVersion5 && (isRetained || qos == 2)) {
            return expect(message, "DISCONNECT " + (isRetained ? "9a" : "9b"), CLOSED);
        }
        String reason = topic[1].equals("00") && !isGood ? "99" : topic[1];
        return switch (qos) {
            case 0 -> expect(message, taken(reason, value));
            case 1 -> expect(message, taken(reason, value, "PUBACK " + packetId + (isVersion5 ? " " + reason : " 00")));
            default -> publishesQos2(message, packetId, reason, value);
        };
    }

    private boolean publishesQos2(MqttPublishMessage message, int packetId, String reason, int value) {
        String received = "PUBREC " + packetId + " 00";
        if (unreleased.contains(packetId)) {
            return expect(message, received);
        }
        if (unreleased.size() == 4) { // as PacketRun has it
            return expect(message, CLOSED);
        }
        unreleased.add(packetId);
        return expect(message, taken(reason, value, received));
    }

    /** Remembers what must come of a message, and hands its answers on. */
    private String[] taken(String reason, int value, String... answers) {
        if (reason.equals("00")) {
            stored.add((double) value);
        } else {
            refused++;
        }
        return answers;
    }

    private boolean releases() {
        int packetId = data.consumeInt(1, 5);
        unreleased.remove(packetId);
        MqttFixedHeader header = new MqttFixedHeader(MqttMessageType.PUBREL, false, MqttQoS.AT_LEAST_ONCE, false, 0);
        MqttMessage message = isVersion5
                ? new MqttMessage(
                        header,
                        new MqttPubReplyMessageVariableHeader(
                                packetId, data.pickValue(new byte[] {0, (byte) 0x92}), reasoned()))
                : new MqttMessage(header, MqttMessageIdVariableHeader.from(packetId));
        return expect(message, "PUBCOMP " + packetId + " 00");
    }

    private boolean subscribes() {
        int packetId = data.consumeInt(1, 65_535);
        MqttProperties properties = userProperties();
        MqttMessageBuilders.SubscribeBuilder subscribe =
                MqttMessageBuilders.subscribe().messageId(packetId).properties(properties);
        List<Integer> codes = new ArrayList<>();
        @Nullable String violation = null;
        for (int filters = data.consumeInt(1, 5); filters > 0; filters--) {
            String filter = data.pickValue(new String[] {"a", "a", "$SYS/x", "Tô/Hiệu", "#", "a/+/b", "$share/g/a"});
            MqttQoS qos = MqttQoS.valueOf(data.consumeInt(0, 2));
            boolean isNoLocal = isVersion5 && !filter.startsWith("$share") && data.consumeBoolean();
            RetainedHandlingPolicy retained = isVersion5
                    ? data.pickValue(RetainedHandlingPolicy.values())
                    : RetainedHandlingPolicy.SEND_AT_SUBSCRIBE;
            subscribe.addSubscription(
                    filter, new MqttSubscriptionOption(qos, isNoLocal, isVersion5 && data.consumeBoolean(), retained));
            codes.add(isVersion5 ? 0x87 : 0x80);
            violation = (violation == null && isVersion5) ? forbidden(filter) : violation;
        }
        if (isVersion5 && data.consumeInt(0, 7) == 7) {
            properties.add(
                    new IntegerProperty(MqttProperties.SUBSCRIPTION_IDENTIFIER, data.consumeInt(1, 268_435_455)));
            violation = violation == null ? "a1" : violation;
        }
        return violation == null
                ? expect(subscribe.build(), "SUBACK " + packetId + " " + codes)
                : expect(subscribe.build(), "DISCONNECT " + violation, CLOSED);
    }

    private static @Nullable String forbidden(String filter) {
        if (filter.startsWith("$share/")) {
            return "9e";
        }
        return filter.contains("#") || filter.contains("+") ? "a2" : null;
    }

    private boolean unsubscribes() {
        int packetId = data.consumeInt(1, 65_535);
        MqttMessageBuilders.UnsubscribeBuilder unsubscribe =
                MqttMessageBuilders.unsubscribe().messageId(packetId).properties(userProperties());
        List<Integer> codes = new ArrayList<>();
        for (int filters = data.consumeInt(1, 5); filters > 0; filters--) {
            unsubscribe.addTopicFilter(data.pickValue(new String[] {"a", "#", "a/+/b", "$share/g/a"}));
            if (isVersion5) {
                codes.add(0x11);
            }
        }
        return expect(unsubscribe.build(), "UNSUBACK " + packetId + " " + codes);
    }

    private boolean disconnects() {
        if (!isVersion5) {
            return expect(MqttMessage.DISCONNECT, CLOSED);
        }
        MqttProperties properties = reasoned();
        boolean keeps = data.consumeBoolean();
        if (keeps) {
            properties.add(new IntegerProperty(MqttProperties.SESSION_EXPIRY_INTERVAL, SESSION_EXPIRY));
        }
        MqttMessage message = MqttMessageBuilders.disconnect()
                .reasonCode(data.pickValue(new byte[] {0, 4, (byte) 0x80, (byte) 0x81, (byte) 0x99}))
                .properties(properties)
                .build();
        boolean isWrong = keeps && !isSessionKept; // 3.14.2-2
        return isWrong ? expect(message, "DISCONNECT 82", CLOSED) : expect(message, CLOSED);
    }

    private MqttProperties publishProperties() {
        MqttProperties properties = userProperties();
        if (isVersion5 && data.consumeBoolean()) {
            properties.add(new IntegerProperty(MqttProperties.PAYLOAD_FORMAT_INDICATOR, data.consumeInt(0, 1)));
            properties.add(new IntegerProperty(MqttProperties.PUBLICATION_EXPIRY_INTERVAL, data.consumeInt()));
            properties.add(new StringProperty(MqttProperties.CONTENT_TYPE, data.pickValue(WORDS)));
            properties.add(new StringProperty(MqttProperties.RESPONSE_TOPIC, data.pickValue(TOPICS)[0]));
            properties.add(new BinaryProperty(MqttProperties.CORRELATION_DATA, data.consumeBytes(200)));
        }
        return properties;
    }

    private MqttProperties reasoned() {
        MqttProperties properties = userProperties();
        if (data.consumeBoolean()) {
            properties.add(new StringProperty(MqttProperties.REASON_STRING, data.pickValue(WORDS)));
        }
        return properties;
    }

    private MqttProperties userProperties() {
        MqttProperties properties = new MqttProperties();
        for (int count = isVersion5 ? data.consumeInt(0, 3) : 0; count > 0; count--) {
            properties.add(new UserProperty(data.pickValue(WORDS), data.pickValue(WORDS)));
        }
        return properties;
    }

    /** The device a payload names: the topic's own where it has one. */
    private static String device(String topic) {
        String[] levels = topic.split("/");
        return levels.length == 4 ? levels[3] : "cam-2";
    }

    /** False when the connection is over, as expected. */
    private boolean expect(MqttMessage message, String... answers) {
        assertThat(client.send(message)).containsExactly(answers);
        return answers.length == 0 || !answers[answers.length - 1].equals(CLOSED);
    }
}
