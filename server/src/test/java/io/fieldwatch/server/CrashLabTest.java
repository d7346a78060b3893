package io.fieldwatch.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.server.lab.CrashLab;
import io.fieldwatch.server.lab.CrashPlan;
import io.fieldwatch.server.lab.KillPoint;
import io.fieldwatch.server.lab.Kills;
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
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The engine in a process of its own, killed under load; and bugs put in on purpose, which this must find. The tables have
 * no unique index but where it is said: exactly once must not lean on it.
 */
final class CrashLabTest {

    private static final int CYCLES_ON_A_FAULT = 2;
    private static final int CYCLES_TO_FIND_A_BUG = 6;
    private static final Duration ALIVE_MAX = Duration.ofMillis(1500);
    private static final int NTH_CALL_MAX = 40;

    private final long seed = System.nanoTime() & 0xffff_ffffL;
    private final List<String> said = new ArrayList<>();

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fiveKillsLoseNothingAndDoubleNothing(boolean uniqueIndex) throws Exception {
        Verdict verdict =
                run(new CrashPlan(5, seed, 400, directory, seeded(), 5, uniqueIndex, main(Main.class), load()));
        assertThat(verdict).as("seed %d: %s", seed, said).isEqualTo(new Verdict(5, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aFaultLosesAndDoublesNothingAndABugIsFound(Fault fault) throws Exception {
        int cycles = fault.finding == Fault.Finding.NOTHING ? CYCLES_ON_A_FAULT : CYCLES_TO_FIND_A_BUG;
        Kills kills = new Kills(cycle -> near(fault, cycle), ALIVE_MAX, false);
        List<String> engine = main(FaultyEngine.class, fault.name());
        Verdict verdict = run(new CrashPlan(cycles, seed, 400, directory, kills, 1, false, engine, load()));
        assertThat(Fault.Finding.of(verdict))
                .as("%s, seed %d: %s", fault, seed, said)
                .isEqualTo(fault.finding);
    }

    private Kills seeded() {
        return Kills.seeded(seed, ALIVE_MAX, false);
    }

    private KillPoint near(Fault fault, int cycle) {
        SplittableRandom random = new SplittableRandom(seed + cycle);
        if (fault.calls.isEmpty()) {
            return new KillPoint.AfterReady(random.nextLong(ALIVE_MAX.toMillis() / 2, ALIVE_MAX.toMillis()));
        }
        KillPoint.Call call = fault.calls.get(cycle % fault.calls.size());
        return new KillPoint.AtCall(call, random.nextInt(1, NTH_CALL_MAX));
    }

    private static List<String> main(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String load() {
        return Main.class.getName();
    }

    private Verdict run(CrashPlan plan) throws IOException, InterruptedException {
        try (LabDatabase database = ScratchDatabase.create(TestDatabases.EMBEDDED.adminUrl())) {
            Verdict verdict = new CrashLab(plan, database, Catalogue.builtIn(), said::add).run();
            database.delete();
            return verdict;
        }
    }
}
