package io.fieldwatch.server.lab;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * When the engines of a run are killed.
 *
 * @param points by cycle, from 1
 * @param aliveMax at the latest this long after it is ready, should the point not be reached
 * @param database kill the database now and then, too
 */
public record Kills(IntFunction<KillPoint> points, Duration aliveMax, boolean database) {

    private static final List<KillPoint.Call> CALLS = List.of(KillPoint.Call.values());
    private static final long ALIVE_MILLIS_MIN = 200;
    private static final long START_MILLIS = 1800;
    private static final int WHILE_STARTING_EVERY = 6;

    public Kills {
        if (aliveMax.toMillis() <= ALIVE_MILLIS_MIN || aliveMax.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("aliveMax " + aliveMax + " is not 201 ms to 10 min");
        }
    }

    /**
     * Points that follow from a seed. Odd cycles end at a system call, where {@link Strace} can do that, and even ones at
     * a random time, some of them before the engine is ready.
     */
    public static Kills seeded(long seed, Duration aliveMax, boolean database) {
        boolean atCalls = Strace.available();
        return new Kills(cycle -> point(seed, cycle, aliveMax, atCalls), aliveMax, database);
    }

    private static KillPoint point(long seed, int cycle, Duration aliveMax, boolean atCalls) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + cycle);
        if (atCalls && cycle % 2 == 1) {
            KillPoint.Call call = CALLS.get(random.nextInt(CALLS.size()));
            // the square prefers early calls: those are the first after a recovery
            double part = random.nextDouble();
            return new KillPoint.AtCall(call, 1 + (int) (part * part * call.nthMax));
        }
        if (random.nextInt(WHILE_STARTING_EVERY) == 0) {
            return new KillPoint.WhileStarting(random.nextLong(100, START_MILLIS));
        }
        return new KillPoint.AfterReady(random.nextLong(ALIVE_MILLIS_MIN, aliveMax.toMillis() + 1));
    }
}
