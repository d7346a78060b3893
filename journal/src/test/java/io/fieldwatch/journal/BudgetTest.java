package io.fieldwatch.journal;

import static io.fieldwatch.journal.Logs.append;
import static io.fieldwatch.journal.Logs.entry;
import static io.fieldwatch.journal.Logs.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.journal.Logs.Told;
import io.fieldwatch.telemetry.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How full a real log says it is. */
final class BudgetTest {

    private static final long RECORD = SegmentFormat.recordBytes(984);

    @TempDir
    Path directory;

    private SegmentLog open() throws Exception {
        FakeClock stands = new FakeClock(Instant.EPOCH);
        return SegmentLog.open(
                small(directory, Set.of("alerts", "storage")),
                TrimListener.NONE,
                RecoveryListener.NONE,
                new Platform(new Disk(), stands));
    }

    @Test
    void goesFromGreenToFullAndBackWithWhatReadersRelease() throws Exception {
        List<BudgetState> states = new ArrayList<>();
        try (SegmentLog log = open()) {
            SegmentReader alerts = log.read("alerts", 0);
            SegmentReader storage = log.read("storage", 0);
            for (int i = 0; i < 28; i++) { // seven segments of four, the eighth is the reserve
                append(log, entry(i, 984));
                alerts.release(log.end());
                states.add(log.budget().state());
            }
            assertThat(states).isSorted().containsOnlyOnce(BudgetState.FULL);
            assertThat(states).contains(BudgetState.GREEN, BudgetState.AMBER, BudgetState.RED);
            assertThat(log.accepting()).isFalse();
            assertThat(log.budget().usedPercent()).isEqualTo(100);
            assertThat(log.budget().slowestReader()).isEqualTo("storage");
            assertThat(log.health().ready()).isFalse();
            assertThat(log.health().detail())
                    .isEqualTo("FULL: 100 % used, nothing more is taken until storage has caught up");
            assertThat(log.metrics().get(JournalMetric.BUDGET_STATE)).isEqualTo(3);
            storage.release(log.end());
            await().until(() -> log.budget().state() == BudgetState.GREEN);
            assertThat(log.health()).isEqualTo(new LogHealth(true, "GREEN: 0 % used"));
        }
    }

    @Test
    void whatIsReleasedIsNoPressureAlthoughItsFileIsStillThere() throws Exception {
        try (SegmentLog log = open()) {
            SegmentReader alerts = log.read("alerts", 0);
            SegmentReader storage = log.read("storage", 0);
            for (int i = 0; i < 3; i++) {
                append(log, entry(i, 984));
            }
            assertThat(log.budget().backlogBytes()).isEqualTo(3 * RECORD);
            alerts.release(2 * RECORD);
            storage.release(3 * RECORD);
            assertThat(log.budget().backlogBytes()).isEqualTo(RECORD);
            assertThat(log.budget().slowestReader()).isEqualTo("alerts");
            alerts.release(3 * RECORD);
            assertThat(log.budget().backlogBytes()).isZero();
            assertThat(log.budget().usedPercent()).isZero();
        }
    }

    @Test
    void readersThatHaveNotComeYetHaveEverythingBeforeThem() throws Exception {
        try (SegmentLog log = open()) {
            for (int i = 0; i < 10; i++) {
                append(log, entry(i, 984));
            }
        }
        try (SegmentLog log = open()) {
            assertThat(log.budget().backlogBytes()).isEqualTo(10 * RECORD);
            log.read("alerts", 0).release(8 * RECORD);
            log.read("storage", 0).release(8 * RECORD);
            await().until(() -> log.first() == 8 * RECORD);
        }
        try (SegmentLog log = open()) {
            assertThat(log.budget().backlogBytes())
                    .as("nothing of what was trimmed")
                    .isEqualTo(2 * RECORD);
        }
    }

    @Test
    void aFullQueueIsNotAFullLog() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (SegmentLog log = SegmentLog.open(
                small(directory),
                TrimListener.NONE,
                RecoveryListener.NONE,
                new Platform(disk, new FakeClock(Instant.EPOCH)))) {
            disk.gate = new CountDownLatch(1);
            assertThat(log.append(entry(0, 984), new Told())).isTrue();
            assertThat(log.accepting()).isFalse();
            assertThat(log.budget().state()).isEqualTo(BudgetState.GREEN);
            assertThat(log.budget().backlogBytes()).as("it waits in the queue").isEqualTo(RECORD);
            assertThat(log.health().ready()).isTrue();
            disk.gate.countDown();
        }
    }

    @Test
    void aDiskThatDoesNotAnswerIsSaidToBeSilent() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        FakeClock clock = new FakeClock(Instant.EPOCH);
        try (SegmentLog log = SegmentLog.open(
                small(directory), TrimListener.NONE, RecoveryListener.NONE, new Platform(disk, clock))) {
            disk.gate = new CountDownLatch(1);
            Told told = new Told();
            assertThat(log.append(entry(0, 984), told)).isTrue();
            await().until(() -> disk.forces.get() == 1);
            clock.advance(Duration.ofSeconds(12));
            assertThat(log.health()).isEqualTo(new LogHealth(false, "the disk has not answered for 12 seconds"));
            disk.gate.countDown();
            told.position();
            await().until(() -> log.health().ready());
        }
    }

    @Test
    void stopsAtNinetyPercentOfALargeBudget() {
        JournalConfig standard = JournalConfig.of(directory, Set.of("storage"));
        assertThat(standard.usableBytes()).isEqualTo(standard.budgetBytes() - standard.budgetBytes() / 10);
        assertThat(small(directory).usableBytes())
                .as("never less than a segment in reserve")
                .isEqualTo(7 * 4096);
    }
}
