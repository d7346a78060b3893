package io.fieldwatch.journal;

import static io.fieldwatch.journal.Logs.all;
import static io.fieldwatch.journal.Logs.append;
import static io.fieldwatch.journal.Logs.entry;
import static io.fieldwatch.journal.Logs.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.journal.Logs.Told;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.ObservationLog.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way a disk fails, on an open log. What was acknowledged is there after the next opening; failures that leave it
 * unknown what is on disk end the log, others do not.
 */
final class DiskFaultTest {

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();

    private SegmentLog open() throws IOException {
        return SegmentLog.open(
                small(directory), TrimListener.NONE, RecoveryListener.NONE, new Platform(disk, Clock.system()));
    }

    /** Appends numbers until one is not acknowledged; answers how many were. */
    private static int fill(SegmentLog log, int from) throws Exception {
        int number = from;
        while (true) {
            Told told = new Told();
            if (!log.append(entry(number, 900), told)) {
                return number;
            }
            try {
                told.position();
            } catch (ExecutionException e) {
                return number;
            }
            number++;
        }
    }

    private void acknowledgedIsThere(int acknowledged) throws Exception {
        try (SegmentLog log = SegmentLog.open(small(directory))) {
            List<String> found = all(log);
            assertThat(found).hasSizeGreaterThanOrEqualTo(acknowledged);
            for (int i = 0; i < acknowledged; i++) {
                assertThat(Logs.number(found.get(i))).isEqualTo(i);
            }
        }
    }

    private void endsTheLog(Consumer<FaultyDisk> fault, String cause) throws Exception {
        int acknowledged;
        try (SegmentLog log = open()) {
            for (int i = 0; i < 6; i++) {
                append(log, entry(i, 900));
            }
            fault.accept(disk);
            acknowledged = fill(log, 6);
            await().dontCatchUncaughtExceptions().until(() -> log.failure().isPresent());
            assertThat(log.accepting()).isFalse();
            assertThat(log.failure().orElseThrow()).hasStackTraceContaining(cause);
            assertThat(log.health().ready()).isFalse();
            assertThat(log.health().detail()).startsWith("FAILED");
            assertThat(log.metrics().get(JournalMetric.FAILED)).isEqualTo(1);
            assertThat(log.append(entry("late"), new Told())).isFalse();
            assertThat(all(log)).as("durable entries can still be read").hasSize(acknowledged);
        }
        acknowledgedIsThere(acknowledged);
    }

    @Test
    void aFailedWriteEndsTheLog() throws Exception {
        endsTheLog(faulty -> faulty.writeFails = true, "No space left on device");
    }

    @Test
    void aFailedForceEndsTheLog() throws Exception {
        endsTheLog(faulty -> faulty.forceFails = true, "Input/output error");
    }

    @Test
    void aFailedForceOfTheDirectoryEndsTheLog() throws Exception {
        endsTheLog(faulty -> faulty.directoryFails = true, "Input/output error");
    }

    @Test
    void anErrorEndsTheLog() throws Exception {
        endsTheLog(faulty -> faulty.error = new OutOfMemoryError("Direct buffer memory"), "Direct buffer memory");
    }

    @Test
    void writesThatTakeOnlyAPartAreCarriedOn() throws Exception {
        disk.shortWriteBytes = 7;
        try (SegmentLog log = open()) {
            for (int i = 0; i < 10; i++) {
                append(log, entry(i, 900));
            }
            assertThat(all(log)).hasSize(10);
        }
        acknowledgedIsThere(10);
    }

    @Test
    void aWriteThatFailsHalfwayLeavesATornTail() throws Exception {
        try (SegmentLog log = open()) {
            append(log, entry(0, 900));
            disk.shortWriteBytes = 300;
            disk.writesLeft.set(3); // the head, 300 bytes, and 300 more
            assertThat(fill(log, 1)).isEqualTo(1);
        }
        JournalInspection.TornTail torn = JournalInspection.of(directory).tornTail();
        assertThat(torn)
                .isNotNull()
                .extracting(JournalInspection.TornTail::bytes)
                .isEqualTo(16L + 600);
        acknowledgedIsThere(1);
        assertThat(JournalInspection.of(directory).tornTail())
                .as("it was taken off")
                .isNull();
    }

    @Test
    void anErrorOfAnOutcomeEndsTheLogAndEverybodyIsTold() throws Exception {
        try (SegmentLog log = open()) {
            disk.gate = new CountDownLatch(1);
            Told first = new Told();
            assertThat(log.append(entry(0, 24), first)).isTrue();
            await().until(() -> disk.forces.get() == 1);
            assertThat(log.append(entry(1, 24), new Outcome() {
                        @Override
                        public void onDurable(long position) {
                            throw new AssertionError("this listener is broken");
                        }

                        @Override
                        public void onFailed(IOException cause) {
                            throw new IllegalStateException("told twice", cause);
                        }
                    }))
                    .isTrue();
            Told behind = new Told();
            assertThat(log.append(entry(2, 24), behind)).isTrue();
            disk.gate.countDown();
            first.position();
            await().dontCatchUncaughtExceptions().until(behind::failed);
            assertThat(log.accepting()).isFalse();
        }
        acknowledgedIsThere(2);
    }

    @Test
    void aFullDiskHoldsBackAndTheLogGoesOnWhenThereIsRoom() throws Exception {
        try (SegmentLog log = open()) {
            disk.full = true;
            for (int i = 0; i < 4; i++) {
                append(log, entry(i, 900));
            }
            Told waiting = new Told();
            assertThat(log.append(entry(4, 900), waiting))
                    .as("it does not fit the segment")
                    .isTrue();
            await().until(() -> !log.accepting());
            assertThat(log.append(entry(5, 900), new Told())).isFalse();
            await().until(() -> log.metrics().get(JournalMetric.PREPARE_FAILURES) >= 3);
            assertThat(waiting.known()).as("neither acknowledged nor given up").isFalse();
            assertThat(log.failure()).isEmpty();
            assertThat(log.budget().state()).isEqualTo(BudgetState.FULL);
            assertThat(log.health().ready()).isFalse();
            assertThat(log.health().detail()).contains("No space left on device");
            assertThat(directory.resolve("next.tmp"))
                    .as("nothing is kept of what did not fit")
                    .doesNotExist();
            disk.full = false;
            waiting.position();
            await().until(() -> log.health().ready());
            append(log, entry(5, 900));
        }
        acknowledgedIsThere(6);
    }

    @Test
    void aSegmentThatCannotBeForcedWhileItIsPreparedIsMadeAnew() throws Exception {
        try (SegmentLog log = open()) {
            disk.forceAllFails = true;
            for (int i = 0; i < 4; i++) {
                append(log, entry(i, 900));
            }
            await().until(() -> log.metrics().get(JournalMetric.PREPARE_FAILURES) >= 1);
            assertThat(log.accepting())
                    .as("nothing waits for the next segment yet")
                    .isTrue();
            disk.forceAllFails = false;
            append(log, entry(4, 900));
            assertThat(log.failure()).isEmpty();
        }
        acknowledgedIsThere(5);
    }

    @Test
    void closingDoesNotWaitForAFullDisk() throws Exception {
        Told waiting = new Told();
        try (SegmentLog log = open()) {
            disk.full = true;
            for (int i = 0; i < 4; i++) {
                append(log, entry(i, 900));
            }
            assertThat(log.append(entry(4, 900), waiting)).isTrue();
            await().until(() -> !log.accepting());
        }
        assertThatThrownBy(waiting::position)
                .hasRootCauseMessage("closed while the next segment could not be prepared: No space left on device");
        acknowledgedIsThere(4);
    }

    @Test
    void aSegmentThatCannotBeDeletedIsTriedAgainWithoutAnotherRelease() throws Exception {
        try (SegmentLog log = open()) {
            for (int i = 0; i < 28; i++) {
                append(log, entry(i, 900));
            }
            assertThat(log.accepting()).isFalse();
            disk.directoryFails = true;
            log.read("a", 0).release(log.end());
            await().until(() -> log.metrics().get(JournalMetric.TRIM_FAILURES) >= 2);
            assertThat(log.accepting()).isFalse();
            disk.directoryFails = false;
            await().until(log::accepting);
            append(log, entry(28, 900));
            assertThat(log.failure()).isEmpty();
        }
        assertThat(Files.exists(directory.resolve("00000000000000000000.log"))).isFalse();
    }

    @Test
    void aRecoveryThatCannotForceDoesNotOpen() throws Exception {
        try (SegmentLog log = open()) {
            append(log, entry(0, 900));
        }
        disk.forceAllFails = true;
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessage("Input/output error");
        disk.forceAllFails = false;
        acknowledgedIsThere(1);
    }
}
