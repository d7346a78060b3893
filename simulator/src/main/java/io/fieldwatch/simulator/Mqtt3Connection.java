package io.fieldwatch.simulator;

import java.io.IOException;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** MQTT 3.1.1 by Eclipse Paho. */
final class Mqtt3Connection implements Connection {

    private static final Logger log = LoggerFactory.getLogger(Mqtt3Connection.class);

    private final MqttAsyncClient client;
    private final Events events;

    private Mqtt3Connection(MqttAsyncClient client, Events events) {
        this.client = client;
        this.events = events;
    }

    static Connection open(String uri, String clientId, Events events) throws IOException {
        try {
            MqttAsyncClient client = new MqttAsyncClient(uri, clientId, new MemoryPersistence());
            Mqtt3Connection connection = new Mqtt3Connection(client, events);
            client.setCallback(connection.new Lost());
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
            options.setCleanSession(true);
            options.setAutomaticReconnect(false);
            options.setConnectionTimeout(Gateway.CONNECT_SECONDS);
            options.setKeepAliveInterval(Gateway.KEEP_ALIVE_SECONDS);
            // Paho refuses at one below its limit; ours is the lower one and is what bounds
            options.setMaxInflight(2 * Gateway.WINDOW);
            try {
                client.connect(options).waitForCompletion(Gateway.CONNECT_SECONDS * 1000L + Gateway.CLOSE_MILLIS);
            } catch (MqttException e) {
                connection.close();
                throw e;
            }
            return connection;
        } catch (MqttException e) {
            throw new IOException(e.getMessage() + " (" + e.getReasonCode() + ")", e);
        }
    }

    @Override
    public int window() {
        return Gateway.WINDOW;
    }

    @Override
    public boolean publish(Message message) throws IOException {
        try {
            IMqttDeliveryToken unused =
                    client.publish(message.topic(), message.payload(), 1, false, null, new Ack(message));
            return true;
        } catch (MqttException e) {
            if (e.getReasonCode() == MqttException.REASON_CODE_MAX_INFLIGHT) {
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

    private final class Ack implements IMqttActionListener {

        private final Message message;

        Ack(Message message) {
            this.message = message;
        }

        @Override
        public void onSuccess(IMqttToken token) {
            events.acked(message);
        }

        @Override
        public void onFailure(IMqttToken token, Throwable cause) {
            events.lost(cause);
        }
    }

    private final class Lost implements MqttCallback {

        @Override
        public void connectionLost(Throwable cause) {
            events.lost(cause);
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            log.debug("a message nobody subscribed to, on {}", topic);
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {
            // each message has a listener of its own
        }
    }
}
