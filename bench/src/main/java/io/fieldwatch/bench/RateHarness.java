package io.fieldwatch.bench;

import io.fieldwatch.ingest.IngestConfig;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.mqtt.MqttConfig;
import io.fieldwatch.ingest.mqtt.MqttEndpoint;
import io.fieldwatch.journal.JournalConfig;
import io.fieldwatch.journal.LocalObservationLog;
import io.fieldwatch.simulator.Simulation;
import io.fieldwatch.simulator.SimulationConfig;
import io.fieldwatch.simulator.SimulationStatus;
import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.ObservationStore;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.storage.StorageMetric;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The whole way of an observation on one machine, generator and database included, and then the same rows by raw COPY
 * into an equal database. The quotient is what counts: both halves ran on the same machine within the same minute.
 */
final class RateHarness {

    private static final int DEVICES = 1_000;
    private static final int BATCH = 100;
    /** Beyond what this class of machine can do, so that the schedule never is the limit. */
    private static final double RATE = 2_000_000;

    private static final Duration STORED_WAIT = Duration.ofMinutes(5);
    private static final int SEGMENT_BYTES = 64 << 20;

    private final String url;
    private final PrintStream out;
    private final Catalogue catalogue = Catalogue.builtIn();

    /** @param url of a server on which databases may be made */
    RateHarness(String url, PrintStream out) {
        this.url = url;
        this.out = out;
    }

    /** Publishes for that long, waits until all is stored, and then copies the same rows. */
    void run(Duration publishing) throws Exception {
        Path directory = Files.createTempDirectory(Path.of("").toAbsolutePath(), "bench");
        try (ScratchDatabase end = ScratchDatabase.create(url);
                ScratchDatabase raw = ScratchDatabase.create(url);
                LocalObservationLog log = LocalObservationLog.open(new JournalConfig(
                        directory,
                        SEGMENT_BYTES,
                        64L * SEGMENT_BYTES,
                        16 << 20,
                        8192,
                        IngestConfig.standard().blocks().blockBytesMax(),
                        Set.of(ObservationStore.READER, RawCopy.READER)))) {
            double endToEnd = endToEnd(log, end.url(), publishing);
            RawCopy copy = new RawCopy(catalogue, log, raw.url());
            double copied = copy.run();
            out.printf(Locale.ROOT, "figure end_to_end_batch100 %.0f observations/s%n", endToEnd);
            out.printf(Locale.ROOT, "figure raw_copy %.0f rows/s%n", copied);
            out.printf(Locale.ROOT, "ratio batch100_to_copy %.3f%n", endToEnd / copied);
        } finally {
            delete(directory);
        }
    }

    private double endToEnd(LocalObservationLog log, String database, Duration publishing)
            throws SQLException, IOException, InterruptedException {
        MetricSet<StorageMetric> metrics = new MetricSet<>(StorageMetric.class);
        StorageConfig config = StorageConfig.of(database);
        Intake intake = Intake.into(log, catalogue, IngestConfig.standard(), Clock.system());
        try (Database storage = new Database(config, catalogue);
                ObservationStore store = new ObservationStore(config, storage, log, catalogue, metrics);
                MqttEndpoint mqtt = new MqttEndpoint(MqttConfig.at("127.0.0.1", 0), intake)) {
            out.println("database " + storage.migrate());
            store.start();
            mqtt.start();
            long begun = System.nanoTime();
            SimulationStatus published = publish(mqtt.port(), publishing);
            if (!store.awaitStored(log.end(), STORED_WAIT)) {
                throw new IllegalStateException("not everything was stored within " + STORED_WAIT);
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            long stored = metrics.get(StorageMetric.ROWS_STORED);
            out.printf(
                    Locale.ROOT,
                    "published %d, acknowledged %d, stored %d in %.1f s, arrays of %d, %d gateways%n",
                    published.published(),
                    published.acked(),
                    stored,
                    seconds,
                    BATCH,
                    published.gateways());
            if (stored != published.acked()) {
                throw new IllegalStateException(published.acked() + " acknowledged, but " + stored + " stored");
            }
            return stored / seconds;
        }
    }

    private static SimulationStatus publish(int port, Duration publishing) throws IOException, InterruptedException {
        SimulationConfig config = SimulationConfig.to("127.0.0.1", port)
                .withLoad(DEVICES, RATE)
                .withBatch(BATCH)
                .withScenario(SimulationConfig.SONLA_QUIET);
        try (Simulation city = new Simulation(config, Clock.system())) {
            city.start();
            Thread.sleep(publishing.toMillis());
            return city.stop(Duration.ofSeconds(30));
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
