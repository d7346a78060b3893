package io.fieldwatch.server.lab;

import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.telemetry.Catalogue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Kills and restarts an engine under load, again and again, and compares what the devices were told with what is stored.
 *
 * <p>The database and the load live through all of it (the database, too, is killed where the plan says so). Every
 * so many cycles the load is held still for a moment and everything is compared; the run ends early when that finds
 * anything. All processes are ended when {@link #run} returns, also when its thread is interrupted. Used once.
 */
public final class CrashLab {

    private static final int CRASH_DATABASE_EVERY = 4;
    private static final int ARCHIVE_FROM_CYCLES = 20;
    /** So often in a row an engine may end because a log has failed; then it does not come up. */
    private static final int LOG_FAILURES_MAX = 3;

    private static final int KILLED = 128 + 9;
    private static final long LOOK_MILLIS = 100;

    private final CrashPlan plan;
    private final LabDatabase database;
    private final Catalogue catalogue;
    private final Consumer<String> progress;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Children children = new Children();
    private final Path ledger;
    private final LedgerTail acknowledged;
    private final int mqttPort;
    private final EngineProcess.Setting setting;
    private List<String> javaFlags = List.of();
    private @Nullable EngineProcess engine;

    /**
     * @param progress is given a line for each cycle and each comparison
     * @throws IOException when the plan's directory cannot be used
     */
    public CrashLab(CrashPlan plan, LabDatabase database, Catalogue catalogue, Consumer<String> progress)
            throws IOException {
        this.plan = plan;
        this.database = database;
        this.catalogue = catalogue;
        this.progress = progress;
        Path directory = plan.directory().toAbsolutePath();
        Files.createDirectories(directory);
        ledger = directory.resolve("ledger");
        if (Files.exists(ledger)) {
            throw new IOException(directory + " holds an earlier run; give it another directory");
        }
        acknowledged = new LedgerTail(ledger);
        mqttPort = freePort();
        int httpPort = freePort();
        setting = new EngineProcess.Setting(
                directory.resolve("engine.yaml"),
                directory.resolve("engine.log"),
                URI.create("http://127.0.0.1:" + httpPort));
        Files.writeString(
                setting.config(), """
                dataDir: '%s'
                mqtt: {port: %d}
                http: {port: %d}
                journal: {segmentMegabytes: 8, budgetMegabytes: 256}
                database: {url: '%s'}
                """.formatted(directory.resolve("engine"), mqttPort, httpPort, database.url()));
    }

    /**
     * Runs the plan to its end.
     *
     * @throws IOException when it could not be carried out: a process that did not come up, ended by itself or left
     *     something unacknowledged, which is a failure of what is examined, too
     */
    public Verdict run() throws IOException, InterruptedException {
        try (children;
                Watcher watcher = new Watcher(database.url(), catalogue)) {
            prepare();
            watcher.start();
            LoadProcess load = LoadProcess.start(children, plan, mqttPort, ledger);
            Comparer comparer = new Comparer(ledger, catalogue, database.url(), watcher);
            for (int cycle = 1; cycle <= plan.cycles(); cycle++) {
                if (cycle > 1 && (cycle - 1) % plan.compareEvery() == 0) {
                    load.pause();
                    Comparison found = compare(comparer);
                    if (!found.clean()) {
                        return found.verdict(cycle - 1);
                    }
                    load.goOn();
                }
                load.requireAlive();
                cycle(cycle);
            }
            stop(load);
            Verdict verdict = compare(comparer).verdict(plan.cycles());
            up().stop();
            if (acknowledged.acked() == 0) {
                throw new IOException("nothing was acknowledged in the whole run, so it proves nothing");
            }
            return verdict;
        }
    }

    private void prepare() throws IOException, InterruptedException {
        try (Database storage = new Database(StorageConfig.of(database.url()), catalogue)) {
            progress.accept("database: " + storage.migrate());
        } catch (SQLException e) {
            throw new IOException("the database cannot be prepared: " + e.getMessage(), e);
        }
        if (!plan.uniqueIndex()) {
            Indexes.makePlain(database.url());
        }
        if (plan.cycles() >= ARCHIVE_FROM_CYCLES && Children.archivable()) {
            archiveClasses();
        }
    }

    /** One life leaves behind an archive of classes that lets the others start sooner. */
    private void archiveClasses() throws IOException, InterruptedException {
        Path archive = setting.log().resolveSibling("engine.jsa");
        javaFlags = List.of("-XX:ArchiveClassesAtExit=" + archive);
        up().stop();
        engine = null;
        javaFlags = Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive) : List.of();
    }

    private void cycle(int number) throws IOException, InterruptedException {
        KillPoint point = plan.kills().points().apply(number);
        String databaseToo = "";
        if (plan.kills().database() && new SplittableRandom(plan.seed() - number).nextInt(CRASH_DATABASE_EVERY) == 0) {
            up();
            database.crash();
            databaseToo = ", after the database";
        }
        String reached = kill(point) ? "" : " (not reached)";
        progress.accept(String.format(
                Locale.ROOT,
                "cycle %d/%d  killed %s%s%s, %d ms old  acknowledged %,d",
                number,
                plan.cycles(),
                point,
                reached,
                databaseToo,
                end(),
                acknowledged.acked()));
    }

    /** Whether the point was reached before the longest life was over. */
    private boolean kill(KillPoint point) throws IOException, InterruptedException {
        if (point instanceof KillPoint.WhileStarting starting) {
            return !started().awaitEnd(starting.millis());
        }
        EngineProcess serving = serving();
        if (point instanceof KillPoint.AfterReady ready) {
            return !serving.awaitEnd(ready.millis());
        }
        KillPoint.AtCall call = (KillPoint.AtCall) point;
        Path log = setting.log().resolveSibling("strace.log");
        return Strace.arm(children, serving.pid(), call, log.toFile())
                && serving.awaitEnd(plan.kills().aliveMax().toMillis());
    }

    /** Kills the engine unless something else has; answers how old it became. */
    private long end() throws IOException, InterruptedException {
        EngineProcess ending = started();
        long age = ending.aliveMillis();
        ending.kill();
        if (ending.exitCode() != KILLED) {
            requireLogFailed(ending);
        }
        engine = null;
        return age;
    }

    private Comparison compare(Comparer comparer) throws IOException, InterruptedException {
        for (int tries = 0; tries <= LOG_FAILURES_MAX; tries++) {
            Optional<Comparison> found = comparer.compare(up());
            if (found.isPresent()) {
                progress.accept(found.get().line());
                found.get().examples().forEach(progress);
                return found.get();
            }
        }
        throw new IOException("the engine does not stay up; see " + setting.log());
    }

    /** Keeps an engine up until everything is acknowledged. */
    private void stop(LoadProcess load) throws IOException, InterruptedException {
        up();
        load.stop();
        while (!load.awaitEnd(LOOK_MILLIS)) {
            up();
        }
        progress.accept(load.requireAllAcknowledged());
    }

    // ---- the engine of this moment

    private EngineProcess started() throws IOException {
        EngineProcess current = engine;
        if (current == null) {
            List<String> main = new ArrayList<>(javaFlags);
            main.addAll(plan.engineMain());
            current = EngineProcess.start(children, main, setting, http);
            engine = current;
        }
        return current;
    }

    /** Devices are served; perhaps the database is not prepared yet. */
    private EngineProcess serving() throws IOException, InterruptedException {
        return started(EngineProcess::awaitServing);
    }

    private EngineProcess up() throws IOException, InterruptedException {
        return started(EngineProcess::awaitReady);
    }

    private interface Awaiting {
        boolean await(EngineProcess engine) throws IOException, InterruptedException;
    }

    private EngineProcess started(Awaiting awaiting) throws IOException, InterruptedException {
        for (int tries = 0; tries <= LOG_FAILURES_MAX; tries++) {
            EngineProcess current = started();
            if (awaiting.await(current)) {
                return current;
            }
            requireLogFailed(current);
            engine = null;
        }
        throw new IOException("the engine does not come up; see " + setting.log());
    }

    private void requireLogFailed(EngineProcess ended) throws IOException {
        if (ended.exitCode() != EngineProcess.LOG_FAILED) {
            throw new IOException(
                    "the engine has ended by itself with code " + ended.exitCode() + "; see " + setting.log());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
