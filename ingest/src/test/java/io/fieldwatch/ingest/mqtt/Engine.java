package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.BlockConfig;
import io.fieldwatch.ingest.IngestConfig;
import io.fieldwatch.ingest.IngestMetric;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.Records;
import io.fieldwatch.ingest.access.Gatekeeper;
import io.fieldwatch.ingest.access.RateLimits;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MemoryLog;
import io.fieldwatch.telemetry.access.AccessSource;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** A running endpoint on a free port that writes into memory. */
final class Engine implements AutoCloseable {

    final MemoryLog log = new MemoryLog();
    final Intake intake;
    final MqttEndpoint endpoint;

    Engine() throws IOException {
        this(BlockConfig.standard(), standard());
    }

    Engine(BlockConfig blocks, MqttConfig config) throws IOException {
        this(blocks, config, gatekeeper());
    }

    Engine(BlockConfig blocks, MqttConfig config, Gatekeeper gatekeeper) throws IOException {
        IngestConfig standard = IngestConfig.standard();
        IngestConfig ingest = new IngestConfig(
                blocks, standard.maxFuture(), standard.clockErrorMax(), standard.maxAge(), standard.devicesMax());
        intake = Intake.into(log, Catalogue.builtIn(), ingest, Clock.system());
        endpoint = new MqttEndpoint(config, intake, gatekeeper);
        endpoint.start();
    }

    /** Takes everybody where anonymous clients are taken, and knows nobody. */
    static Gatekeeper gatekeeper() {
        return new Gatekeeper(AccessSource.NOBODY, RateLimits.NONE, Clock.system());
    }

    static MqttConfig standard() {
        return MqttConfig.at("127.0.0.1", 0);
    }

    /** Where nobody comes in without credentials. */
    static MqttConfig closed() {
        return listening(List.of(new Listener(InetAddress.getLoopbackAddress(), 0, null, false)));
    }

    static MqttConfig listening(List<Listener> listeners) {
        MqttConfig standard = standard();
        return new MqttConfig(
                listeners,
                standard.transport(),
                standard.eventLoops(),
                standard.connectionsMax(),
                standard.acceptsPerSecond(),
                standard.connectBytesMax(),
                standard.packetBytesMax(),
                standard.receiveMaximum(),
                standard.qos2IdsMax(),
                standard.connectTimeout(),
                standard.packetTimeout(),
                standard.stallMax(),
                standard.keepAliveMax());
    }

    static MqttConfig config(int connectionsMax, int packetBytesMax, Duration connectTimeout) {
        MqttConfig standard = standard();
        return new MqttConfig(
                standard.listeners(),
                standard.transport(),
                2,
                connectionsMax,
                standard.acceptsPerSecond(),
                standard.connectBytesMax(),
                packetBytesMax,
                4,
                4,
                connectTimeout,
                standard.packetTimeout(),
                standard.stallMax(),
                Duration.ofSeconds(60));
    }

    String uri() {
        return "tcp://127.0.0.1:" + endpoint.port();
    }

    RawClient raw() throws IOException {
        return new RawClient(endpoint.port());
    }

    long metric(IngestMetric metric) {
        return intake.metrics().get(metric);
    }

    Records records() throws IOException, InterruptedException {
        return Records.of(log.read("test", 0));
    }

    @Override
    public void close() {
        endpoint.stop(Duration.ofSeconds(2));
    }
}
