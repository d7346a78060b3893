package io.fieldwatch.ingest.mqtt;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions speak for which client ids. An id belongs to whoever the connection speaks for: a client cannot end the
 * connection of another one by using its id. Thread-safe.
 */
final class ConnectedClients {

    private record Key(String username, String clientId) {}

    private final Map<Key, MqttSession> byClient = new ConcurrentHashMap<>();

    /** From now on the session is the one with its id; answers who was until now. */
    @Nullable
    MqttSession claim(MqttSession session) {
        return byClient.put(key(session), session);
    }

    /** Nothing happens when another session has claimed the id since. */
    void release(MqttSession session) {
        byClient.remove(key(session), session);
    }

    private static Key key(MqttSession session) {
        return new Key(session.principal().username(), session.clientId());
    }
}
