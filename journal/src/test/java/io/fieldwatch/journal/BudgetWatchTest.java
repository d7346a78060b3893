package io.fieldwatch.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.telemetry.FakeClock;
import io.fieldwatch.telemetry.MetricSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BudgetWatchTest {

    private static final long CAPACITY = 1_000_000;

    private final FakeClock clock = new FakeClock(Instant.parse("2026-11-23T07:00:00Z"));
    private final MetricSet<JournalMetric> metrics = new MetricSet<>(JournalMetric.class);
    private final BudgetWatch watch = new BudgetWatch("observations", clock, metrics);

    private Budget at(int percent) {
        return look(percent * CAPACITY / 100);
    }

    private Budget look(long backlog) {
        return watch.look(backlog, CAPACITY - backlog, backlog == CAPACITY, "storage");
    }

    private List<BudgetState> states(int... percents) {
        List<BudgetState> states = new ArrayList<>();
        for (int percent : percents) {
            states.add(at(percent).state());
        }
        return states;
    }

    @Test
    void getsWorseAtEachLimitAndBetterOnlyTenPointsBelowIt() {
        assertThat(states(0, 49, 50, 79, 80, 99, 100))
                .containsExactly(
                        BudgetState.GREEN,
                        BudgetState.GREEN,
                        BudgetState.AMBER,
                        BudgetState.AMBER,
                        BudgetState.RED,
                        BudgetState.RED,
                        BudgetState.FULL);
        assertThat(states(99, 90, 89, 71, 70, 69, 45, 40, 39))
                .containsExactly(
                        BudgetState.FULL,
                        BudgetState.FULL,
                        BudgetState.RED,
                        BudgetState.RED,
                        BudgetState.RED,
                        BudgetState.AMBER,
                        BudgetState.AMBER,
                        BudgetState.AMBER,
                        BudgetState.GREEN);
    }

    @Test
    void fallsAndRisesByMoreThanOneStateAtOnce() {
        assertThat(states(95, 5, 100, 0))
                .containsExactly(BudgetState.RED, BudgetState.GREEN, BudgetState.FULL, BudgetState.GREEN);
    }

    @Test
    void saysEachChangeOnceAndDoesNotFlap() {
        try (LogLines lines = LogLines.of(BudgetWatch.class)) {
            for (int i = 0; i < 20; i++) {
                at(49 + i % 3);
            }
            at(81);
            at(100);
            at(100);
            at(30);
            assertThat(lines.with("observations"))
                    .containsExactly(
                            "WARN the log observations is AMBER: 50 % used, waiting for storage",
                            "WARN the log observations is RED: 81 % used, waiting for storage",
                            "WARN the log observations is FULL: 100 % used, nothing more is taken until storage has"
                                    + " caught up",
                            "INFO the log observations is better: GREEN: 30 % used");
        }
    }

    @Test
    void tellsTheMinutesToFullFromTheGrowthOfTheLastMinute() {
        Budget last = look(500_000);
        for (int second = 1; second <= 120; second++) {
            clock.advance(Duration.ofSeconds(1));
            last = look(500_000 + 100L * second);
        }
        assertThat(last.secondsToFull()).isEqualTo((500_000 - 12_000) / 100);
        assertThat(last.minutesToFull()).isEqualTo(81);
        assertThat(last.describe()).isEqualTo("AMBER: 51 % used, full in about 81 minutes, waiting for storage");
        assertThat(metrics.get(JournalMetric.MINUTES_TO_FULL)).isEqualTo(81);
        assertThat(metrics.get(JournalMetric.BUDGET_STATE)).isEqualTo(1);
        assertThat(metrics.get(JournalMetric.BACKLOG_BYTES)).isEqualTo(512_000);
        assertThat(metrics.get(JournalMetric.ROOM_BYTES)).isEqualTo(488_000);
    }

    @Test
    void aReaderThatReleasesInJumpsIsNotAFillingLog() {
        for (int second = 0; second < 600; second++) {
            Budget budget = look(1000L * (second % 10)); // the rules write a checkpoint every ten seconds
            assertThat(budget.secondsToFull()).as("after %d seconds", second).isEqualTo(Budget.NOT_FILLING);
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(metrics.get(JournalMetric.MINUTES_TO_FULL)).isEqualTo(-1);
    }

    @Test
    void aLogThatDrainsOrGrowsTooSlowlyForAWeekIsNotFilling() {
        for (int second = 0; second < 200; second++) {
            assertThat(look(600_000 - 1000L * second).secondsToFull()).isEqualTo(Budget.NOT_FILLING);
            clock.advance(Duration.ofSeconds(1));
        }
        for (int minute = 0; minute < 60; minute++) {
            look(100_000 + minute); // a year to full
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(look(100_060).secondsToFull()).isEqualTo(Budget.NOT_FILLING);
    }

    @Test
    void findsANewRateWithinTwoMinutes() {
        long backlog = 0;
        Budget last = look(0);
        for (int second = 0; second < 3600; second++) {
            clock.advance(Duration.ofSeconds(1));
            last = look(backlog);
        }
        assertThat(last.secondsToFull()).isEqualTo(Budget.NOT_FILLING);
        for (int second = 0; second < 120; second++) { // the database goes away
            clock.advance(Duration.ofSeconds(1));
            backlog += 1000;
            last = look(backlog);
        }
        assertThat(last.secondsToFull()).isEqualTo((CAPACITY - backlog) / 1000);
    }

    @Test
    void saysTimesInTheUnitThatAPersonWouldUse() {
        assertThat(new Budget(BudgetState.RED, 9, 1, 90, "storage").describe())
                .isEqualTo("RED: 90 % used, full in about 90 seconds, waiting for storage");
        assertThat(new Budget(BudgetState.AMBER, 6, 4, 5 * 3600 + 100, "alerts").describe())
                .isEqualTo("AMBER: 60 % used, full in about 5 hours, waiting for alerts");
        assertThat(new Budget(BudgetState.AMBER, 6, 4, 3 * 86_400, "alerts").describe())
                .isEqualTo("AMBER: 60 % used, full in about 3 days, waiting for alerts");
        assertThat(new Budget(BudgetState.GREEN, 0, 10, Budget.NOT_FILLING, "storage").describe())
                .isEqualTo("GREEN: 0 % used");
    }
}
