package io.fieldwatch.server;

import io.fieldwatch.server.lab.CrashLab;
import io.fieldwatch.server.lab.CrashPlan;
import io.fieldwatch.server.lab.Kills;
import io.fieldwatch.server.lab.LabDatabase;
import io.fieldwatch.server.lab.ScratchDatabase;
import io.fieldwatch.server.lab.Verdict;
import io.fieldwatch.telemetry.Catalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fieldwatch lab}: what it takes to believe that nothing is lost. */
@Command(
        name = "lab",
        description = "Experiments that prove what fieldwatch promises, on this machine.",
        mixinStandardHelpOptions = true,
        subcommands = LabCommand.Crash.class)
final class LabCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandSpec own = spec;
        if (own != null) {
            throw new ParameterException(own.commandLine(), "say which one, for example: fieldwatch lab crash");
        }
    }

    /** {@code fieldwatch lab crash}: the engine killed again and again. */
    @Command(
            name = "crash",
            description = {
                "Kills and restarts a real engine under load, and compares what the devices were told with what is"
                        + " stored.",
                "Odd cycles kill it at a chosen system call (with strace, where that is installed), even ones at a"
                        + " random time. The last line says what was found; the exit code is 0 only when that is"
                        + " nothing."
            },
            mixinStandardHelpOptions = true,
            showDefaultValues = true)
    static final class Crash implements Callable<Integer> {

        private static final int COMPARE_EVERY = 10;

        @Option(names = "--cycles", paramLabel = "N", description = "how often it is killed; 200 take 15 to 20 minutes")
        private int cycles = 10;

        @Option(names = "--seed", paramLabel = "S", description = "repeats the choices of another run; else random")
        private @Nullable Long seed;

        @Option(names = "--rate", paramLabel = "R", description = "observations a second")
        private int rate = 400;

        @Option(names = "--alive", paramLabel = "T", description = "the longest that an engine serves before the kill")
        private Duration aliveMax = Duration.ofSeconds(5);

        @Option(
                names = "--db",
                paramLabel = "JDBC_URL",
                description = "a server whose user may create databases; one is made and dropped. Else an embedded one")
        private @Nullable String url;

        @Option(names = "--kill-database", description = "kill the embedded database, too, at one cycle in four")
        private boolean killDatabase;

        @Option(names = "--data-dir", paramLabel = "D", description = "kept when given; else kept after a failure only")
        private @Nullable Path dataDir;

        @Option(names = "--quiet", description = "only the first and the last line")
        private boolean quiet;

        @Option(names = "--without-unique-index", hidden = true)
        private boolean withoutUniqueIndex;

        @Override
        public Integer call() throws Exception {
            if (killDatabase && url != null) {
                throw new Main.Failure("--kill-database is for the embedded database; leave out --db");
            }
            long chosen = seed == null ? System.nanoTime() >>> 10 & 0xffff_ffffL : seed;
            Path directory = dataDir == null ? Path.of("data", "lab", Long.toString(chosen)) : dataDir;
            System.out.println("seed " + chosen + ", everything is in " + directory.toAbsolutePath());
            CrashPlan plan = plan(chosen, directory);
            int code;
            try (Interruption interruption = new Interruption();
                    LabDatabase database = url == null
                            ? CrashableDatabase.start(directory.resolve("postgresql"))
                            : ScratchDatabase.create(url)) {
                code = run(plan, database);
            }
            if (code == 0 && dataDir == null) {
                delete(directory);
            }
            return code;
        }

        private int run(CrashPlan plan, LabDatabase database) throws IOException {
            boolean keep = true;
            try {
                Verdict verdict = new CrashLab(
                                plan, database, Catalogue.builtIn(), quiet ? line -> {} : System.out::println)
                        .run();
                keep = !verdict.clean();
                System.out.println(verdict.line());
                return keep ? 1 : 0;
            } catch (InterruptedException e) {
                keep = false;
                System.err.println("fieldwatch: interrupted, so nothing is proved");
                return 1;
            } finally {
                if (keep) {
                    System.err.println("fieldwatch: this was seed " + plan.seed() + "; logs and ledger are in "
                            + plan.directory().toAbsolutePath() + ", the database was "
                            + ConfigFile.maskPassword(database.url()));
                } else {
                    database.delete();
                }
            }
        }

        private CrashPlan plan(long chosen, Path directory) {
            try {
                return new CrashPlan(
                        cycles,
                        chosen,
                        rate,
                        directory,
                        Kills.seeded(chosen, aliveMax, killDatabase),
                        COMPARE_EVERY,
                        !withoutUniqueIndex,
                        List.of(Main.class.getName()),
                        Main.class.getName());
            } catch (IllegalArgumentException e) {
                throw new Main.Failure(String.valueOf(e.getMessage()), e);
            }
        }

        private static void delete(Path directory) throws IOException {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }
}
