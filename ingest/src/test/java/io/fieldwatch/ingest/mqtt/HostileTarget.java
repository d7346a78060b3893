package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.ingest.IngestConfig;
import io.fieldwatch.ingest.IngestMetric;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.access.Gatekeeper;
import io.fieldwatch.ingest.access.RateLimits;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.ForgetfulLog;
import io.fieldwatch.telemetry.access.AccessList;
import io.fieldwatch.telemetry.access.AccessSource;
import io.fieldwatch.telemetry.access.Credential;
import io.fieldwatch.telemetry.access.Principal;
import io.fieldwatch.telemetry.access.TokenHash;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An endpoint with short deadlines, one user with credentials, and a log that keeps nothing. */
final class HostileTarget implements AutoCloseable {

    static final String TOPIC = "fieldwatch/v1/traffic-flow/cam-1";
    static final String OBSERVATION = "{\"intensity\":1}";
    static final String USER = "traffic-flow/cam-1";
    static final String TOKEN = "correct-horse-battery-staple";
    static final Duration SHORT = Duration.ofMillis(400);

    final Intake intake;
    final MqttEndpoint endpoint;

    HostileTarget() throws IOException {
        MqttConfig standard = MqttConfig.at("127.0.0.1", 0);
        MqttConfig config = new MqttConfig(
                standard.listeners(),
                standard.transport(),
                2,
                20_000,
                100_000,
                standard.connectBytesMax(),
                standard.packetBytesMax(),
                8,
                256,
                SHORT,
                SHORT,
                SHORT,
                standard.keepAliveMax());
        intake = Intake.into(new ForgetfulLog(), Catalogue.builtIn(), IngestConfig.standard(), Clock.system());
        endpoint = new MqttEndpoint(config, intake, new Gatekeeper(oneUser(), RateLimits.NONE, Clock.system()));
        endpoint.start();
    }

    private static AccessSource oneUser() {
        Credential user = new Credential(
                new Principal(USER, Map.of("traffic-flow", Set.of("cam-1"))),
                List.of(TokenHash.of(TOKEN, Long.MAX_VALUE)),
                false,
                null);
        AccessList list = new AccessList(1, List.of(user));
        return new AccessSource() {

            @Override
            public AccessList current() {
                return list;
            }

            @Override
            public void onChange(Runnable listener) {
                // It never does.
            }
        };
    }

    RawClient raw() throws IOException {
        return new RawClient(endpoint.port());
    }

    /** A connected client of MQTT 5. */
    RawClient five(String id) throws IOException {
        RawClient client = raw();
        assertThat(client.connect5(id, 60).read()).startsWith("20");
        return client;
    }

    /** A connected client of MQTT 3.1.1. */
    RawClient three(String id) throws IOException {
        RawClient client = raw();
        assertThat(client.connect3(id, 60).read()).isEqualTo(RawClient.CONNACK_3);
        return client;
    }

    /** An MQTT 5 client sends the packet; the answer must be DISCONNECT with the reason, and then the end. */
    void disconnects(String packet, int reason) throws IOException {
        disconnects(java.util.HexFormat.of().parseHex(packet.replace(" ", "")), reason);
    }

    void disconnects(byte[] packet, int reason) throws IOException {
        try (RawClient client = five("hostile")) {
            client.send(packet);
            assertThat(client.read()).isEqualTo(String.format("e001%02x", reason));
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    /** The first bytes of a connection end it without a word. */
    void closes(byte[] bytes) throws IOException {
        try (RawClient client = raw()) {
            client.send(bytes);
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    void closes(String bytes) throws IOException {
        closes(java.util.HexFormat.of().parseHex(bytes.replace(" ", "")));
    }

    long count(Ending ending) {
        return endings().get(ending);
    }

    long metric(IngestMetric metric) {
        return intake.metrics().get(metric);
    }

    @SuppressWarnings("unchecked")
    private io.fieldwatch.telemetry.MetricSet<Ending> endings() {
        return (io.fieldwatch.telemetry.MetricSet<Ending>) endpoint.endings();
    }

    /** Bytes of heap in use after the garbage is gone. */
    static long heapBytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(20);
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** Bytes of Netty's buffers in use. */
    static long directBytes() {
        return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    }

    @Override
    public void close() {
        endpoint.stop(Duration.ofSeconds(2));
    }
}
