package io.fieldwatch.server;

import io.fieldwatch.simulator.SimulationConfig;
import io.fieldwatch.simulator.SimulationStatus;
import io.fieldwatch.simulator.ledger.LedgerResult;
import io.fieldwatch.telemetry.Clock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A database, the engine, the console and a simulated city in one process, on loopback. */
final class Demo {

    private static final Duration DRAIN = Duration.ofSeconds(60);

    /**
     * What the command line asks for.
     *
     * @param duration null to run until a signal
     * @param url null for the embedded database
     */
    record Options(
            int devices,
            int rate,
            @Nullable Duration duration,
            @Nullable String url,
            int mqttPort,
            int httpPort,
            Path dataDir,
            long seed) {}

    private final Options options;

    Demo(Options options) {
        this.options = options;
    }

    /** Runs until the time is over or a signal comes; true when nothing was lost or doubled. */
    boolean run() throws IOException, InterruptedException {
        Files.createDirectories(options.dataDir());
        try (FileChannel lockFile = FileChannel.open(
                options.dataDir().resolve("demo.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            @Nullable FileLock lock = lockFile.tryLock();
            if (lock == null) {
                throw new Main.Failure(
                        "another demo is running on " + options.dataDir() + "; give it another --data-dir");
            }
            try (StopSignal stop = new StopSignal()) {
                return options.url() == null ? withEmbeddedDatabase(stop) : withDatabase(options.url(), stop);
            }
        }
    }

    private boolean withEmbeddedDatabase(StopSignal stop) throws IOException, InterruptedException {
        System.out.println("Starting an embedded PostgreSQL. It is for trials; production wants TimescaleDB (serve).");
        try (EmbeddedDatabase database =
                EmbeddedDatabase.start(options.dataDir().resolve("postgresql"))) {
            return withDatabase(database.jdbcUrl(), stop);
        }
    }

    private boolean withDatabase(String url, StopSignal stop) throws IOException, InterruptedException {
        ServerConfig config = config(url);
        CityData data = CityData.read(config);
        Path ledger = options.dataDir().resolve("ledger");
        LedgerResult result;
        long alerts;
        try (Engine engine = Engine.start(config, data, Clock.system())) {
            System.out.println("Console   http://127.0.0.1:" + engine.httpPort() + "/");
            System.out.println("MQTT      mqtt://127.0.0.1:" + engine.mqttPort());
            System.out.println("Database  " + url);
            SimulationStatus city = CityRun.run(city(engine.mqttPort(), ledger), stop, engine::endProcessIfALogFailed);
            if (city.inflight() > 0) {
                System.err.println("fieldwatch: " + city.inflight() + " observations were never acknowledged");
            }
            if (!engine.drain(DRAIN)) {
                System.err.println("fieldwatch: the database has not taken everything in " + DRAIN.toSeconds() + " s");
            }
            result = Verification.run(data.catalogue(), ledger, engine.storedObservations());
            alerts = engine.alertsRaised();
        }
        result.examples().forEach(System.err::println);
        System.out.println(result.delivery() + " alerts=" + alerts);
        return result.clean();
    }

    private SimulationConfig city(int port, Path ledger) {
        return SimulationConfig.to("127.0.0.1", port)
                .withLoad(options.devices(), options.rate())
                .withSeed(options.seed())
                .withDuration(options.duration())
                .withLedger(ledger);
    }

    /** The defaults of a real deployment, but for the addresses and a budget that fits a laptop. */
    private ServerConfig config(String url) {
        ServerConfig standard = ConfigFile.parse("defaults", "", Map.of());
        return new ServerConfig(
                options.dataDir(),
                null,
                null,
                standard.mqtt().withPort(options.mqttPort()),
                new ServerConfig.Journal(16, 1024),
                standard.database().withUrl(url),
                standard.http().withPort(options.httpPort()));
    }
}
