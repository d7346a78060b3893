package io.fieldwatch.journal;

import io.fieldwatch.telemetry.Clock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Observation logs on bad disks, for those who test what becomes of the whole engine on them. */
public final class FaultyLogs {

    private static final Duration FORCE_TIME = Duration.ofMillis(10);
    /** Acknowledgements that are due have left by then. */
    private static final long ANSWERS_LEAVE_MILLIS = 100;
    /** As after SIGKILL. */
    private static final int KILLED = 128 + 9;

    private FaultyLogs() {}

    /** A slow disk that loses what is not forced when the process ends; an honest log loses nothing on it. */
    public static LocalObservationLog losingUnforced(JournalConfig config) throws IOException {
        return on(config, new PowerLossDisk(FORCE_TIME));
    }

    /**
     * The same with one failed force; should another one follow, the power fails during that.
     *
     * @param nth which force of this process fails
     * @param swallow the fault of whoever does not look: the log is not told
     */
    public static LocalObservationLog failingForce(JournalConfig config, int nth, boolean swallow) throws IOException {
        return on(config, new FailingForce(nth, swallow));
    }

    private static LocalObservationLog on(JournalConfig config, Disk disk) throws IOException {
        return LocalObservationLog.open(config, new Platform(disk, Clock.system()));
    }

    private static final class FailingForce extends PowerLossDisk {

        private final int nth;
        private final boolean swallow;
        private final AtomicInteger forces = new AtomicInteger();

        FailingForce(int nth, boolean swallow) {
            super(FORCE_TIME);
            this.nth = nth;
            this.swallow = swallow;
        }

        @Override
        void force(FileChannel file) throws IOException {
            int force = forces.incrementAndGet();
            if (force < nth) {
                super.force(file);
                return;
            }
            if (force > nth) {
                losePower();
            }
            lose(file);
            if (!swallow) {
                throw new IOException("Input/output error");
            }
        }
    }

    private static void losePower() {
        try {
            Thread.sleep(ANSWERS_LEAVE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(KILLED);
    }
}
