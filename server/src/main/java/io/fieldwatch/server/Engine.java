package io.fieldwatch.server;

import io.fieldwatch.alerts.AlertEngine;
import io.fieldwatch.alerts.AlertEntryCodec;
import io.fieldwatch.alerts.AlertMetric;
import io.fieldwatch.console.ConsoleConfig;
import io.fieldwatch.console.ConsoleServer;
import io.fieldwatch.console.LiveDevices;
import io.fieldwatch.console.MapView;
import io.fieldwatch.console.Readiness;
import io.fieldwatch.ingest.BlockConfig;
import io.fieldwatch.ingest.IngestConfig;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.access.Gatekeeper;
import io.fieldwatch.ingest.mqtt.MqttConfig;
import io.fieldwatch.ingest.mqtt.MqttEndpoint;
import io.fieldwatch.ingest.mqtt.TlsContexts;
import io.fieldwatch.journal.DamagedLogException;
import io.fieldwatch.journal.JournalConfig;
import io.fieldwatch.journal.LocalObservationLog;
import io.fieldwatch.journal.LogHealth;
import io.fieldwatch.journal.SegmentLog;
import io.fieldwatch.storage.AlertProjection;
import io.fieldwatch.storage.CachedAccess;
import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.DatabaseDurability;
import io.fieldwatch.storage.DeviceCredentials;
import io.fieldwatch.storage.ObservationStore;
import io.fieldwatch.storage.Retention;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.storage.StorageMetric;
import io.fieldwatch.storage.StoredObservations;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole engine, wired by hand. It starts from the logs outward and opens the door to devices last; it stops in the
 * opposite order: no more input, what is in hand acknowledged, storage drained within a bound, logs closed.
 *
 * <p>The database may be absent at any time, also at the start: devices are served from the log.
 */
final class Engine implements AutoCloseable {

    /** Exit code after a log has failed: whoever supervises the process starts it again, and recovery begins. */
    static final int LOG_FAILED = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final Duration STOP_INPUT = Duration.ofSeconds(5);
    /** How soon a credential that was given or revoked is. */
    private static final Duration ACCESS_REFRESH = Duration.ofSeconds(1);

    private static final Duration DRAIN = Duration.ofSeconds(10);
    private static final long LOOK_MILLIS = 20;
    /** Blocks keep arrivals in whole milliseconds: what ingest has let in at its very limit shall be stored. */
    private static final Duration STORED_LATER = Duration.ofSeconds(1);

    private static final int ALERT_SEGMENT_BYTES = 16 << 20;
    private static final long ALERT_BUDGET_BYTES = 1L << 30;
    private static final int ALERT_ENTRY_BYTES_MAX = 4 << 20;
    private static final int ALERT_QUEUE_BYTES_MAX = 6 << 20;
    private static final int QUEUE_ENTRIES_MAX = 8192;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final ServerConfig config;
    private final CityData data;
    private final Clock clock;

    private final LocalObservationLog observationLog;
    private final LocalAlertLog alertLog;
    private final AlertEngine alerts;
    private final AlertWorker alertWorker;
    private final MetricSet<StorageMetric> storageMetrics = new MetricSet<>(StorageMetric.class);
    private final Database database;
    private final ObservationStore store;
    private final AlertProjection projection;
    private final CachedAccess access;
    private final MqttEndpoint mqtt;
    private final ConsoleServer console;

    /**
     * Starts everything and returns when devices and operators are served.
     *
     * @throws IOException when a log cannot be opened or an address is taken; everything begun is closed again
     */
    static Engine start(ServerConfig config, CityData data, Clock clock) throws IOException, InterruptedException {
        return start(config, data, clock, EngineParts.STANDARD);
    }

    /** As {@link #start(ServerConfig, CityData, Clock)}, with other parts. */
    static Engine start(ServerConfig config, CityData data, Clock clock, EngineParts parts)
            throws IOException, InterruptedException {
        return new Engine(config, data, clock, parts);
    }

    private Engine(ServerConfig config, CityData data, Clock clock, EngineParts parts)
            throws IOException, InterruptedException {
        this.config = config;
        this.data = data;
        this.clock = clock;
        try {
            observationLog = started(parts.observationLog(observationJournal()));
            alertLog = started(new LocalAlertLog(SegmentLog.open(alertJournal())));
            alerts = new AlertEngine(
                    data.catalogue(), data.rules(), alertLog, observationLog.id(), observationLog.devices(), clock);
            alertWorker = started(new AlertWorker(alerts, observationLog));
            database = started(new Database(storage(), data.catalogue()));
            Retention retention = started(new Retention(database, data.catalogue(), storageMetrics));
            store = started(
                    parts.observationStore(storage(), database, observationLog, data.catalogue(), storageMetrics));
            projection = started(new AlertProjection(database, alertLog, AlertEntryCodec::transition, storageMetrics));
            access = started(new CachedAccess(
                    new DeviceCredentials(database),
                    config.dataDir().resolve("access-list"),
                    ACCESS_REFRESH,
                    storageMetrics));
            LiveDevices live = started(new LiveDevices(data.catalogue(), observationLog, clock));
            Intake intake = Intake.into(parts.intakeLog(observationLog), data.catalogue(), ingest(), clock);
            mqtt = new MqttEndpoint(
                    mqttConfig(), intake, new Gatekeeper(access, config.mqtt().limits(), clock));
            access.onChange(mqtt::recheck);
            console = started(new ConsoleServer(consoleConfig(), sources(live, intake)));
            alertWorker.start();
            store.start();
            projection.start();
            retention.start();
            access.start();
            live.start();
            console.start();
            started(new Ticker(observationLog, data.catalogue().version(), clock))
                    .start();
            started(() -> mqtt.stop(STOP_INPUT));
            mqtt.start();
        } catch (IOException | InterruptedException | RuntimeException e) {
            closeStarted();
            throw e;
        }
    }

    private <T extends AutoCloseable> T started(T part) {
        started.push(part);
        return part;
    }

    int mqttPort() {
        return mqtt.port();
    }

    int httpPort() {
        return console.port();
    }

    StoredObservations storedObservations() {
        return database.storedObservations();
    }

    /** Alerts raised since this process began. */
    long alertsRaised() {
        return alerts.metrics().get(AlertMetric.RAISED);
    }

    /**
     * Ends the process when a log has failed: nothing it holds can be acknowledged any more. A damaged log is another
     * matter: a restart would be refused, and until somebody has repaired it, devices and what is not damaged are served.
     */
    void endProcessIfALogFailed() {
        Optional<? extends Throwable> failure =
                observationLog.failure().isPresent() ? observationLog.failure() : alertWorker.failure();
        if (failure.isPresent() && !(failure.get() instanceof DamagedLogException)) {
            LOG.error("a log has failed; ending the process so that a restart recovers", failure.get());
            Runtime.getRuntime().halt(LOG_FAILED);
        }
    }

    /**
     * Waits until what is in the logs now is evaluated and stored.
     *
     * @return false when it took longer
     */
    boolean drain(Duration within) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        long observationsEnd = observationLog.end();
        while (alertWorker.evaluatedTo() < observationsEnd) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return store.awaitStored(observationsEnd, left(deadline))
                && projection.awaitStored(alertLog.end(), left(deadline));
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    @Override
    public void close() {
        mqtt.stop(STOP_INPUT);
        boolean databaseUp = storageMetrics.get(StorageMetric.DATABASE_UP) == 1;
        try {
            if (!databaseUp || !drain(DRAIN)) {
                LOG.warn("the database has not taken everything yet; the rest stays in the log for the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeStarted();
    }

    private void closeStarted() {
        while (!started.isEmpty()) {
            AutoCloseable part = started.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("closing {}", part.getClass().getSimpleName(), e);
            }
        }
    }

    private JournalConfig observationJournal() {
        int segment = config.journal().segmentMegabytes() << 20;
        return new JournalConfig(
                config.dataDir().resolve("observations"),
                segment,
                (long) config.journal().budgetMegabytes() << 20,
                Math.min(segment / 4, 16 << 20),
                QUEUE_ENTRIES_MAX,
                BlockConfig.standard().blockBytesMax(),
                Set.of(ObservationStore.READER, AlertWorker.READER));
    }

    private JournalConfig alertJournal() {
        return new JournalConfig(
                config.dataDir().resolve("alerts"),
                ALERT_SEGMENT_BYTES,
                ALERT_BUDGET_BYTES,
                ALERT_QUEUE_BYTES_MAX,
                QUEUE_ENTRIES_MAX,
                ALERT_ENTRY_BYTES_MAX,
                Set.of(AlertEngine.READER, AlertProjection.READER));
    }

    private StorageConfig storage() {
        ServerConfig.Database given = config.database();
        return StorageConfig.of(given.url())
                .withCredentials(given.user(), given.password())
                .withWriters(given.writers())
                .withBatchRowsMax(given.batchRowsMax())
                .withVisibleWithin(given.visibleWithin())
                .withTimes(given.retention(), config.mqtt().futureMax().plus(STORED_LATER));
    }

    private IngestConfig ingest() {
        IngestConfig standard = IngestConfig.standard();
        BlockConfig blocks = standard.blocks();
        MqttSettings given = config.mqtt();
        return new IngestConfig(
                new BlockConfig(
                        Math.toIntExact(given.linger().toMillis()),
                        blocks.blockBytesMax(),
                        blocks.blocksMax(),
                        blocks.ackWithin()),
                given.futureMax(),
                standard.clockErrorMax(),
                given.ageMax(),
                standard.devicesMax());
    }

    private MqttConfig mqttConfig() throws IOException {
        MqttSettings given = config.mqtt();
        MqttConfig standard = MqttConfig.at("127.0.0.1", 0);
        MqttSettings.Tls tls = given.tls();
        @Nullable
        TlsContexts contexts = tls == null ? null : started(new TlsContexts(tls.files(), standard.connectTimeout()));
        return new MqttConfig(
                given.listeners(contexts),
                given.transport(),
                standard.eventLoops(),
                given.connectionsMax(),
                given.acceptsPerSecond(),
                standard.connectBytesMax(),
                given.packetBytesMax(),
                standard.receiveMaximum(),
                standard.qos2IdsMax(),
                standard.connectTimeout(),
                standard.packetTimeout(),
                standard.stallMax(),
                standard.keepAliveMax());
    }

    private ConsoleConfig consoleConfig() {
        ServerConfig.Http given = config.http();
        ConsoleConfig standard = ConsoleConfig.local(given.port());
        MapView map = MapView.sonLa();
        @Nullable String tiles = given.tileUrl();
        return new ConsoleConfig(
                given.bind(),
                given.port(),
                given.allowAnonymous(),
                standard.title(),
                standard.zone(),
                tiles == null ? map : new MapView(map.lat(), map.lon(), map.zoom(), tiles, given.tileAttribution()));
    }

    private ConsoleServer.Sources sources(LiveDevices live, Intake intake) {
        return new ConsoleServer.Sources(
                data.catalogue(),
                alerts.desk(),
                live,
                database.queries(),
                this::checks,
                List.of(observationLog.metrics(), intake.metrics(), mqtt.endings(), storageMetrics, alerts.metrics()),
                clock);
    }

    private static Readiness.Check check(String name, LogHealth health) {
        return new Readiness.Check(name, health.ready(), health.detail());
    }

    private List<Readiness.Check> checks() {
        Optional<Throwable> rules = alertWorker.failure();
        return List.of(
                check("journal", observationLog.health()),
                check("alert-journal", alertLog.health()),
                new Readiness.Check(
                        "rules",
                        rules.isEmpty(),
                        rules.map(e -> "no alert is raised: " + e.getMessage()).orElse("")),
                new Readiness.Check("database", database.edition().isPresent(), databaseDetail()));
    }

    /** Which edition it is, and what is wrong with what it calls a commit. */
    private String databaseDetail() {
        String edition = database.edition().map(Enum::name).orElse("not reached yet; the log keeps everything");
        List<String> warnings =
                database.durability().map(DatabaseDurability::warnings).orElse(List.of());
        return warnings.isEmpty() ? edition : edition + ": " + String.join("; ", warnings);
    }
}
