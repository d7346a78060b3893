package io.fieldwatch.simulator;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Takes everything that is published below {@code fieldwatch/v1}. */
final class Subscriber implements AutoCloseable, MqttCallback {

    private final ConcurrentLinkedQueue<Received> received = new ConcurrentLinkedQueue<>();
    private final MqttClient client;

    record Received(String topic, String payload) {}

    Subscriber(int port) throws MqttException {
        client = new MqttClient("tcp://127.0.0.1:" + port, "test-subscriber", new MemoryPersistence());
        client.setCallback(this);
        client.connect();
        client.subscribe("fieldwatch/v1/#", 1);
    }

    Iterable<Received> received() {
        return received;
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        received.add(new Received(topic, new String(message.getPayload(), StandardCharsets.UTF_8)));
    }

    @Override
    public void connectionLost(Throwable cause) {
        // the test misses messages then and fails
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {
        // publishes nothing
    }

    @Override
    public void close() throws MqttException {
        if (client.isConnected()) {
            client.disconnect();
        }
        client.close();
    }
}
