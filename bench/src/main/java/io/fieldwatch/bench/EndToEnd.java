package io.fieldwatch.bench;

import io.fieldwatch.ingest.IngestConfig;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.access.Gatekeeper;
import io.fieldwatch.ingest.access.RateLimits;
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
import io.fieldwatch.telemetry.access.AccessSource;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * The whole way of an observation on one machine, generator and database included, and then the same rows by raw COPY
 * into an equal database. The quotient is what counts: both halves ran on the same machine within the same minute.
 */
final class EndToEnd {

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
    EndToEnd(String url, PrintStream out) {
        this.url = url;
        this.out = out;
    }

    /** Publishes for that long, waits until all is stored, and then copies the same rows. */
    Figures run(Duration publishing) throws Exception {
        try (ScratchDirectory directory = ScratchDirectory.create();
                ScratchDatabase end = ScratchDatabase.create(url);
                LocalObservationLog log = LocalObservationLog.open(new JournalConfig(
                        directory.path().resolve("log"),
                        SEGMENT_BYTES,
                        64L * SEGMENT_BYTES,
                        16 << 20,
                        8192,
                        IngestConfig.standard().blocks().blockBytesMax(),
                        Set.of(ObservationStore.READER, RawCopy.READER)))) {
            double endToEnd = endToEnd(log, end.url(), publishing);
            double copied = 0;
            for (int rowsEach : DrainComparison.TRANSACTION_ROWS) {
                copied = Math.max(copied, rawCopy(log, rowsEach, directory.path()));
            }
            Figures figures = new Figures();
            figures.ratio("batch100_to_copy", endToEnd / copied);
            figures.figure("end_to_end_batch100", endToEnd, "observations/s", 0);
            figures.figure("raw_copy_of_city", copied, "rows/s", 0);
            return figures;
        }
    }

    private double rawCopy(LocalObservationLog log, int rowsEach, Path directory) throws Exception {
        try (CopyFile encoded = EncodedLog.inLogOrder(log, catalogue, rowsEach, directory.resolve("copy-" + rowsEach));
                ScratchDatabase raw = ScratchDatabase.migrated(url)) {
            long begun = System.nanoTime();
            RawCopy.send(encoded, raw.url());
            double rate = encoded.rows() / ((System.nanoTime() - begun) / 1e9);
            out.printf(Locale.ROOT, "raw copy of the city, %,d rows each: %,.0f rows/s%n", rowsEach, rate);
            return rate;
        }
    }

    private double endToEnd(LocalObservationLog log, String database, Duration publishing)
            throws SQLException, IOException, InterruptedException {
        MetricSet<StorageMetric> metrics = new MetricSet<>(StorageMetric.class);
        StorageConfig config = StorageConfig.of(database);
        Intake intake = Intake.into(log, catalogue, IngestConfig.standard(), Clock.system());
        try (Database storage = new Database(config, catalogue);
                ObservationStore store = new ObservationStore(config, storage, log, catalogue, metrics);
                MqttEndpoint mqtt = new MqttEndpoint(
                        MqttConfig.at("127.0.0.1", 0),
                        intake,
                        new Gatekeeper(AccessSource.NOBODY, RateLimits.NONE, Clock.system()))) {
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
}
