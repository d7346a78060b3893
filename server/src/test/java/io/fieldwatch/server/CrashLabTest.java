package io.fieldwatch.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.server.lab.CrashLab;
import io.fieldwatch.server.lab.CrashPlan;
import io.fieldwatch.server.lab.LabDatabase;
import io.fieldwatch.server.lab.ScratchDatabase;
import io.fieldwatch.server.lab.Verdict;
import io.fieldwatch.storage.TestDatabases;
import io.fieldwatch.telemetry.Catalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine in a process of its own, killed under load; and bugs put in on purpose, which this must find. */
final class CrashLabTest {

    private static final int CYCLES_PER_FAULT = 6;

    private final List<String> said = new ArrayList<>();

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fiveKillsLoseNothingAndDoubleNothing(boolean uniqueIndex) throws Exception {
        long seed = System.nanoTime() & 0xffff_ffffL;
        Verdict verdict = run(plan(5, seed, uniqueIndex, List.of(Main.class.getName())));
        assertThat(verdict).as("seed %d: %s", seed, said).isEqualTo(new Verdict(5, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aBadDiskLosesNothingAndABugIsFound(Fault fault) throws Exception {
        long seed = System.nanoTime() & 0xffff_ffffL;
        List<String> engine = List.of(FaultyEngine.class.getName(), fault.name());
        int cycles = fault.finding == Fault.Finding.NOTHING ? 3 : CYCLES_PER_FAULT;
        Verdict verdict = run(plan(cycles, seed, true, engine));
        assertThat(Fault.Finding.of(verdict))
                .as("%s, seed %d: %s", fault, seed, said)
                .isEqualTo(fault.finding);
    }

    private CrashPlan plan(int cycles, long seed, boolean uniqueIndex, List<String> engine) {
        return new CrashPlan(
                cycles,
                seed,
                400,
                directory,
                Duration.ofMillis(1500),
                2,
                uniqueIndex,
                false,
                engine,
                Main.class.getName());
    }

    private Verdict run(CrashPlan plan) throws IOException, InterruptedException {
        try (LabDatabase database = ScratchDatabase.create(TestDatabases.EMBEDDED.adminUrl())) {
            Verdict verdict = new CrashLab(plan, database, Catalogue.builtIn(), said::add).run();
            database.delete();
            return verdict;
        }
    }
}
