package io.fieldwatch.server.lab;

import java.nio.file.Path;
import java.util.List;

/**
 * What a run does.
 *
 * @param cycles how often the engine is killed
 * @param seed of the simulated city
 * @param rate observations a second, all devices together
 * @param directory for the logs, the ledger and everything the processes say; must be empty or absent
 * @param kills when
 * @param compareEvery after so many cycles everything is compared while the load is held still
 * @param uniqueIndex false takes the tables' unique indexes away, so that exactly once cannot lean on them
 * @param engineMain main class, and arguments before {@code serve --config FILE}
 * @param loadMain main class that knows {@code simulate}
 */
public record CrashPlan(
        int cycles,
        long seed,
        int rate,
        Path directory,
        Kills kills,
        int compareEvery,
        boolean uniqueIndex,
        List<String> engineMain,
        String loadMain) {

    public CrashPlan {
        if (cycles < 1 || cycles > 1_000_000) {
            throw new IllegalArgumentException("cycles " + cycles + " is not 1 to 1,000,000");
        }
        if (rate < 1 || rate > 50_000) {
            throw new IllegalArgumentException("rate " + rate + " is not 1 to 50,000");
        }
        if (compareEvery < 1) {
            throw new IllegalArgumentException("compareEvery " + compareEvery + " is not positive");
        }
        engineMain = List.copyOf(engineMain);
    }
}
