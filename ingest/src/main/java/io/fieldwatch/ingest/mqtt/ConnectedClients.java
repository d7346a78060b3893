package io.fieldwatch.ingest.mqtt;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** How many connections there are, and which client ids they speak for. Thread-safe. */
final class ConnectedClients {

    private final int connectionsMax;
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<String, MqttSession> byClientId = new ConcurrentHashMap<>();

    ConnectedClients(int connectionsMax) {
        this.connectionsMax = connectionsMax;
    }

    /** Counts one more connection, unless there are enough. */
    boolean admit() {
        if (connections.incrementAndGet() > connectionsMax) {
            connections.decrementAndGet();
            return false;
        }
        return true;
    }

    void left() {
        connections.decrementAndGet();
    }

    /** From now on the session is the one with this id; answers who was until now. */
    @Nullable
    MqttSession claim(String clientId, MqttSession session) {
        return byClientId.put(clientId, session);
    }

    /** Nothing happens when another session has claimed the id since. */
    void release(String clientId, MqttSession session) {
        byClientId.remove(clientId, session);
    }
}
