package io.fieldwatch.simulator;

import java.io.IOException;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** MQTT 5 by Eclipse Paho. */
final class Mqtt5Connection implements Connection {

    private static final Logger log = LoggerFactory.getLogger(Mqtt5Connection.class);

    private final MqttAsyncClient client;
    private final Events events;
    private int window = Gateway.WINDOW;

    private Mqtt5Connection(MqttAsyncClient client, Events events) {
        this.client = client;
        this.events = events;
    }

    static Connection open(String uri, String clientId, Events events) throws IOException {
        try {
            MqttAsyncClient client = new MqttAsyncClient(uri, clientId, new MemoryPersistence());
            Mqtt5Connection connection = new Mqtt5Connection(client, events);
            client.setCallback(connection.new Lost());
            MqttConnectionOptions options = new MqttConnectionOptions();
            options.setCleanStart(true);
            options.setAutomaticReconnect(false);
            options.setConnectionTimeout(Gateway.CONNECT_SECONDS);
            options.setKeepAliveInterval(Gateway.KEEP_ALIVE_SECONDS);
            try {
                IMqttToken token = client.connect(options);
                token.waitForCompletion(Gateway.CONNECT_SECONDS * 1000L + Gateway.CLOSE_MILLIS);
                connection.limit(token.getResponseProperties());
            } catch (MqttException e) {
                connection.close();
                throw e;
            }
            return connection;
        } catch (MqttException e) {
            throw new IOException(e.getMessage() + " (" + e.getReasonCode() + ")", e);
        }
    }

    private void limit(@Nullable MqttProperties connack) {
        Integer receiveMaximum = connack == null ? null : connack.getReceiveMaximum();
        if (receiveMaximum != null) {
            window = Math.min(window, receiveMaximum);
        }
    }

    @Override
    public int window() {
        return window;
    }

    @Override
    public boolean publish(Message message) throws IOException {
        try {
            IMqttToken unused = client.publish(message.topic(), message.payload(), 1, false, null, new Ack(message));
            return true;
        } catch (MqttException e) {
            if (e.getReasonCode() == MqttClientException.REASON_CODE_MAX_INFLIGHT) {
                return false;
            }
            throw new IOException("connection lost", e);
        }
    }

    @Override
    public void close() {
        try {
            if (client.isConnected()) {
                client.disconnect(0).waitForCompletion(Gateway.CLOSE_MILLIS);
            } else {
                client.disconnectForcibly(0, 0, false);
            }
        } catch (MqttException e) {
            log.debug("no clean goodbye", e);
        }
        try {
            client.close(true);
        } catch (MqttException e) {
            log.debug("client did not close", e);
        }
    }

    private final class Ack implements MqttActionListener {

        private final Message message;

        Ack(Message message) {
            this.message = message;
        }

        @Override
        public void onSuccess(IMqttToken token) {
            int[] reasons = token.getReasonCodes();
            int reason = reasons == null || reasons.length == 0 ? 0 : reasons[0];
            if (reason >= 0x80) {
                events.refused(message, reason);
            } else {
                events.acked(message);
            }
        }

        @Override
        public void onFailure(IMqttToken token, Throwable cause) {
            events.lost(cause);
        }
    }

    private final class Lost implements MqttCallback {

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            events.lost(response.getException());
        }

        @Override
        public void mqttErrorOccurred(MqttException cause) {
            events.lost(cause);
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            log.debug("a message nobody subscribed to, on {}", topic);
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // each message has a listener of its own
        }

        @Override
        public void connectComplete(boolean reconnect, String uri) {
            // connect() is waited for
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            log.debug("an AUTH packet nobody asked for, reason {}", reasonCode);
        }
    }
}
