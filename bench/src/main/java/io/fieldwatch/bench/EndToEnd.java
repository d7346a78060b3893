package io.fieldwatch.bench;

import io.fieldwatch.bench.LoadProcess.Load;
import io.fieldwatch.bench.LoadProcess.Said;
import io.fieldwatch.ingest.IngestConfig;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.access.Gatekeeper;
import io.fieldwatch.ingest.access.RateLimits;
import io.fieldwatch.ingest.mqtt.MqttConfig;
import io.fieldwatch.ingest.mqtt.MqttEndpoint;
import io.fieldwatch.journal.JournalConfig;
import io.fieldwatch.journal.LocalObservationLog;
import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.ObservationStore;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.storage.StorageMetric;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.access.AccessSource;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The whole way of an observation on one machine: the load client in a process of its own, the engine in this one, the
 * database; and then the same rows by raw COPY into an equal database. The quotient is what counts: both halves ran on the
 * same machine within the same minutes.
 */
final class EndToEnd {

    private static final Duration STORED_WAIT = Duration.ofMinutes(10);
    private static final int SEGMENT_BYTES = 64 << 20;
    private static final Duration WARM_UP = Duration.ofSeconds(6);
    private static final double HALF = 0.5;
    /** Where the load client's observations go. */
    private static final String TABLE = "fieldwatch.traffic_flow";

    /** One-observation messages of 200 devices, and arrays of 100 of 40 gateways with 100 devices each. */
    private static final int DEVICES = 200;

    private static final int GATEWAYS = 40;
    private static final int BATCH = 100;

    private final String url;
    private final PrintStream out;
    private final Duration publishing;
    private final Catalogue catalogue = Catalogue.builtIn();
    private final Figures figures = new Figures();

    /**
     * @param url of a server on which databases may be made
     * @param publishing how long each part publishes
     */
    EndToEnd(String url, PrintStream out, Duration publishing) {
        this.url = url;
        this.out = out;
        this.publishing = publishing;
    }

    Figures run() throws Exception {
        // The engine runs for months, so what the first seconds of a Java machine cost is not of interest.
        part("warm-up", single(0, Duration.ZERO, WARM_UP), false);
        part("warm-up", arrays(WARM_UP), false);
        double singleRate = part("single", single(0, Duration.ZERO, publishing), true);
        part("batch100", arrays(publishing), true);
        latency(singleRate * HALF);
        return figures;
    }

    private static Load single(double rate, Duration warmUp, Duration whole) {
        return new Load(DEVICES, 1, 1, rate, warmUp, whole);
    }

    private static Load arrays(Duration whole) {
        return new Load(GATEWAYS, BATCH, BATCH, 0, Duration.ZERO, whole);
    }

    /** Publishes as fast as acknowledged until the time is over and all is stored; then copies the same rows. */
    private double part(String name, Load load, boolean counts) throws Exception {
        try (ScratchDirectory directory = ScratchDirectory.create();
                ScratchDatabase end = ScratchDatabase.migrated(url);
                LocalObservationLog log = log(directory.path())) {
            Measurement whole = throughTheEngine(name, log, end, load);
            if (!counts) {
                return whole.rate();
            }
            @Nullable Measurement copied = null;
            for (int rowsEach : DrainComparison.TRANSACTION_ROWS) {
                Measurement copy = rawCopy(log, rowsEach, directory.path(), whole.rows());
                copied = copied == null || copy.rate() > copied.rate() ? copy : copied;
            }
            if (copied == null) {
                throw new IllegalStateException("nothing to compare with");
            }
            figures.ratio(name + "_to_copy", whole.rate() / copied.rate());
            figures.ratio(name + "_cpu_to_database_cpu", whole.ownCpuPerMillion() / whole.databaseCpuPerMillion());
            figures.figure("end_to_end_" + name, whole.rate(), "observations/s", 0);
            figures.figure("raw_copy_of_" + name, copied.rate(), "rows/s", 0);
            figures.figure(name + "_cpu", whole.ownCpuPerMillion(), "s/million", 3);
            return whole.rate();
        }
    }

    /** PUBACK after force, measured from when each message was due, while the database takes them all. */
    private void latency(double rate) throws Exception {
        try (ScratchDirectory directory = ScratchDirectory.create();
                ScratchDatabase end = ScratchDatabase.migrated(url);
                LocalObservationLog log = log(directory.path())) {
            Said[] said = {new Said(Map.of())};
            withEngine(
                    log,
                    end,
                    (port, store) -> said[0] = LoadProcess.run(port, single(rate, WARM_UP, publishing.plus(WARM_UP))));
            out.printf(
                    Locale.ROOT,
                    "at %,.0f messages/s: acknowledged after %.2f ms (median), %.2f ms (99 %%), %.2f ms (99.9 %%)%n",
                    rate,
                    said[0].value("p50"),
                    said[0].value("p99"),
                    said[0].value("p999"));
            figures.figure("ack_p50", said[0].value("p50"), "ms", 2);
            figures.figure("ack_p99", said[0].value("p99"), "ms", 2);
            figures.figure("ack_rate", rate, "messages/s", 0);
        }
    }

    private Measurement throughTheEngine(String name, LocalObservationLog log, ScratchDatabase end, Load load)
            throws Exception {
        long[] acked = {0};
        @Nullable Measurement[] whole = {null};
        withEngine(log, end, (port, store) -> {
            Measurement measured = Meter.measure(end, TABLE, () -> acked[0], () -> {
                acked[0] = (long) LoadProcess.run(port, load).value("acked");
                awaitStored(store, log);
            });
            whole[0] = measured;
            out.printf(Locale.ROOT, "%-10s %s%n", name, measured);
        });
        Measurement measured = whole[0];
        if (measured == null) {
            throw new IllegalStateException("nothing was measured");
        }
        return measured;
    }

    /** Something done while the engine runs. */
    private interface Work {
        void with(int port, ObservationStore store) throws Exception;
    }

    private void withEngine(LocalObservationLog log, ScratchDatabase end, Work work) throws Exception {
        MetricSet<StorageMetric> metrics = new MetricSet<>(StorageMetric.class);
        StorageConfig config = StorageConfig.of(end.url());
        Intake intake = Intake.into(log, catalogue, IngestConfig.standard(), Clock.system());
        Gatekeeper everybody = new Gatekeeper(AccessSource.NOBODY, RateLimits.NONE, Clock.system());
        try (Database database = new Database(config, catalogue);
                ObservationStore store = new ObservationStore(config, database, log, catalogue, metrics);
                MqttEndpoint mqtt = new MqttEndpoint(MqttConfig.at("127.0.0.1", 0), intake, everybody)) {
            store.start();
            mqtt.start();
            work.with(mqtt.port(), store);
            awaitStored(store, log);
        }
    }

    private static void awaitStored(ObservationStore store, LocalObservationLog log) throws InterruptedException {
        if (!store.awaitStored(log.end(), STORED_WAIT)) {
            throw new IllegalStateException("not everything was stored within " + STORED_WAIT);
        }
    }

    private Measurement rawCopy(LocalObservationLog log, int rowsEach, Path directory, long rows) throws Exception {
        try (CopyFile encoded = EncodedLog.inLogOrder(log, catalogue, rowsEach, directory.resolve("copy-" + rowsEach));
                ScratchDatabase raw = ScratchDatabase.migrated(url)) {
            Measurement copy = Meter.measure(raw, TABLE, () -> rows, () -> RawCopy.send(encoded, raw.url()));
            out.printf(Locale.ROOT, "raw copy, transactions of %,d rows: %s%n", rowsEach, copy);
            return copy;
        }
    }

    private static LocalObservationLog log(Path directory) throws Exception {
        return LocalObservationLog.open(new JournalConfig(
                directory.resolve("log"),
                SEGMENT_BYTES,
                128L * SEGMENT_BYTES,
                16 << 20,
                8192,
                IngestConfig.standard().blocks().blockBytesMax(),
                Set.of(ObservationStore.READER, RawCopy.READER)));
    }
}
