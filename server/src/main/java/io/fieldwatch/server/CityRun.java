package io.fieldwatch.server;

import io.fieldwatch.simulator.Simulation;
import io.fieldwatch.simulator.SimulationConfig;
import io.fieldwatch.simulator.SimulationStatus;
import io.fieldwatch.telemetry.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** Lets a simulated city run until its time is over or a signal comes, with one live line on a terminal. */
final class CityRun {

    private static final Duration ACK_WAIT = Duration.ofSeconds(15);
    private static final long LOOK_MILLIS = 200;
    private static final int LINE_EVERY = 5;

    private CityRun() {}

    /**
     * Runs it to its end.
     *
     * @param alsoLook called several times a second
     * @return the last figures, after every acknowledgement that came
     */
    static SimulationStatus run(SimulationConfig config, StopSignal stop, Runnable alsoLook)
            throws IOException, InterruptedException {
        boolean terminal = onTerminal();
        try (Simulation city = new Simulation(config, Clock.system())) {
            city.start();
            for (int look = 0; !city.ended() && !stop.await(LOOK_MILLIS); look++) {
                alsoLook.run();
                if (terminal && look % LINE_EVERY == 0) {
                    System.err.print("\r" + line(city.status()));
                }
            }
            if (terminal) {
                System.err.println();
            }
            return city.stop(ACK_WAIT);
        }
    }

    /** Whether a person watches standard error; Java's own answer differs between 17 and 22. */
    static boolean onTerminal() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/2")).startsWith("/dev/pts");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static String line(SimulationStatus status) {
        return String.format(
                Locale.ROOT,
                "published %,d  acknowledged %,d  in flight %,d  gateways %d/%d  behind schedule %d ms   ",
                status.published(),
                status.acked(),
                status.inflight(),
                status.connected(),
                status.gateways(),
                status.lateMillis());
    }
}
