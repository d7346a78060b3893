package io.fieldwatch.server;

import io.fieldwatch.simulator.load.LoadConfig;
import io.fieldwatch.simulator.load.LoadResult;
import io.fieldwatch.simulator.load.LoadRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lets a load client run until its time is over or a signal comes, and says what came of it. */
final class LoadClientRun {

    private static final Duration ACK_WAIT = Duration.ofSeconds(30);
    private static final Duration CONNECT_WAIT = Duration.ofMinutes(5);
    private static final long LOOK_MILLIS = 1000;

    private LoadClientRun() {}

    /** Answers 0 when all that was published with QoS 1 was acknowledged and all connections are up. */
    static int run(LoadConfig config, boolean live, @Nullable String json) throws IOException, InterruptedException {
        LoadResult end;
        try (StopSignal stop = new StopSignal();
                LoadRun run = new LoadRun(config)) {
            run.start();
            if (!run.awaitConnected(CONNECT_WAIT)) {
                throw new Main.Failure("only " + run.connected() + " of " + config.connections()
                        + " connections were accepted within " + CONNECT_WAIT.toMinutes() + " minutes");
            }
            run.publish();
            long deadline = config.duration() == null
                    ? Long.MAX_VALUE
                    : System.nanoTime() + config.duration().toNanos();
            while (!stop.await(waitMillis(deadline))) {
                if (deadline != Long.MAX_VALUE && System.nanoTime() - deadline >= 0) {
                    break;
                }
                if (live) {
                    System.err.print("\r" + line(run.status()));
                }
            }
            if (live) {
                System.err.println();
            }
            end = run.stop(ACK_WAIT);
        }
        System.out.println(end.summary());
        write(end, json);
        boolean allAcknowledged = config.qos() == 0 || end.published() == end.acked();
        return allAcknowledged && end.connections() == end.wanted() ? 0 : 1;
    }

    private static long waitMillis(long deadline) {
        return deadline == Long.MAX_VALUE
                ? LOOK_MILLIS
                : Math.max(1, Math.min(LOOK_MILLIS, (deadline - System.nanoTime()) / 1_000_000));
    }

    private static String line(LoadResult now) {
        return String.format(
                Locale.ROOT,
                "connected %,d  published %,d  acknowledged %,d  %,.0f/s  p99 %.1f ms   ",
                now.connections(),
                now.published(),
                now.acked(),
                now.rate(),
                now.p99());
    }

    private static void write(LoadResult end, @Nullable String json) throws IOException {
        if (json == null) {
            return;
        }
        if (json.equals("-")) {
            System.out.println(end.json());
        } else {
            Files.writeString(Path.of(json), end.json() + "\n");
        }
    }
}
