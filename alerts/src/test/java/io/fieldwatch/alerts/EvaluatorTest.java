package io.fieldwatch.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Quality;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluatorTest {

    private static final Catalogue CATALOGUE = Catalogue.builtIn();

    private final Feed feed = new Feed(CATALOGUE);
    private final List<String> changes = new ArrayList<>();
    private final long[] counts = new long[4];

    /**
     * Each row: on-delay, off-delay, then observations {@code time=level} and ticks {@code time!}, and the changes
     * expected: + raised, - cleared, at its event time, with the value. Limit 280, deadband 0.5.
     */
    @ParameterizedTest
    @CsvSource({
        "0s, 0s, 1=279 2=280 3=280.1 4=281, +3:280.1",
        "0s, 0s, 1=281 2=279.6 3=279.5 4=279.6 5=280.2, +1:281.0 -3:279.5 +5:280.2",
        "10s, 0s, 1=281 5=281 10.9=281, ''",
        "10s, 0s, 1=281 5=281 11=282, +11:282.0",
        "10s, 0s, 1=281 30=282, +11:282.0",
        "10s, 0s, 1=281 5=280 12=281 20=281 22=281, +22:281.0",
        "10s, 0s, 1=281 10! 11!, +11:281.0",
        "10s, 0s, 1=281 5=279 20!, ''",
        "0s, 10s, 1=281 5=279 14=279 15=278, +1:281.0 -15:278.0",
        "0s, 10s, 1=281 5=279 9=279.8 16=279 20!, +1:281.0",
        "0s, 10s, 1=281 5=279 15!, +1:281.0 -15:279.0",
        "10s, 10s, 1=281 11! 20=279 30! 40=281 50!, +11:281.0 -30:279.0 +50:281.0",
        "0s, 0s, 5=281 4=279 5=279 3=279, +5:281.0",
        "0s, 0s, 5=279 4=281 5=281, ''",
    })
    void evaluatesLimitDeadbandAndDelaysInEventTime(String onDelay, String offDelay, String records, String expected) {
        int device = feed.device("water-level", "xa-la", null);
        for (String record : records.split(" ", -1)) {
            if (record.endsWith("!")) {
                feed.tick(Double.parseDouble(record.substring(0, record.length() - 1)));
            } else {
                String[] timeAndLevel = record.split("=", 2);
                feed.observe(
                        device,
                        Double.parseDouble(timeAndLevel[0]),
                        "currentLevel",
                        Double.parseDouble(timeAndLevel[1]));
            }
        }
        run(level("above: 280, deadband: 0.5, onDelay: %s, offDelay: %s".formatted(onDelay, offDelay)));
        assertThat(String.join(" ", changes)).isEqualTo(expected);
    }

    @Test
    void clearsALowerLimitOnlyAboveTheDeadband() {
        int device = feed.device("water-level", "xa-la", null);
        double[] levels = {1.5, 0.9, 1.1, 1.19, 1.2, 0.99};
        for (int i = 0; i < levels.length; i++) {
            feed.observe(device, i, "currentLevel", levels[i]);
        }
        run(level("below: 1, deadband: 0.2"));
        assertThat(changes).containsExactly("+1:0.9", "-4:1.2", "+5:0.99");
    }

    @Test
    void comparesBooleansAndCodesForEquality() {
        int detector = feed.device("traffic-flow", "detector", null);
        int bin = feed.device("waste-container", "bin", null);
        feed.observe(detector, 1, "congested", 0);
        feed.observe(detector, 2, "congested", 1);
        feed.observe(detector, 3, "congested", 0);
        feed.observe(bin, 4, "status", 4);
        feed.observe(bin, 5, "status", 5);
        run("""
                version: 1
                rules:
                  - {id: jam, kind: traffic-flow, property: congested, equals: true, priority: P3, vi: a, en: a}
                  - {id: fire, kind: waste-container, property: status, equals: burning, priority: P1, vi: b, en: b}
                """);
        assertThat(changes).containsExactly("+2:1.0", "-3:0.0", "+5:5.0");
    }

    @Test
    void ignoresLateObservationsAndCountsThem() {
        int device = feed.device("water-level", "xa-la", null);
        feed.observe(device, 10, "currentLevel", 279);
        feed.observe(device, 11, 9, Quality.GOOD, "currentLevel", 290);
        feed.observe(device, 12, "currentLevel", 281);
        feed.observe(device, 13, 11, Quality.GOOD, "currentLevel", 270);
        run(level("above: 280"));
        assertThat(changes).containsExactly("+12:281.0");
        assertThat(counts).containsExactly(4, 2, 0, 0);
    }

    @Test
    void freezesAConditionWhileObservationsAreSuspect() {
        int device = feed.device("water-level", "xa-la", null);
        feed.observe(device, 1, 1, Quality.OUT_OF_RANGE, "currentLevel", 800);
        feed.tick(2);
        feed.observe(device, 3, "currentLevel", 281);
        feed.observe(device, 4, 4, Quality.CLOCK_AHEAD, "currentLevel", 281);
        feed.tick(30); // the on-delay is over, but nobody knows the level
        feed.observe(device, 31, "currentLevel", 279);
        feed.observe(device, 40, "currentLevel", 281);
        feed.observe(device, 45, 45, Quality.OUT_OF_RANGE, "currentLevel", 900);
        feed.observe(device, 50, "currentLevel", 281.5);
        feed.observe(device, 51, 51, Quality.OUT_OF_RANGE, "currentLevel", -9); // must not clear it
        run(level("above: 280, onDelay: 10s"));
        assertThat(changes).containsExactly("+50:281.5");
        assertThat(counts).containsExactly(8, 0, 4, 0);
    }

    @Test
    void aSuspectTimeInTheFutureDoesNotMakeGoodObservationsLate() {
        int device = feed.device("water-level", "xa-la", null);
        feed.observe(device, 1, 5000, Quality.CLOCK_AHEAD, "currentLevel", 279);
        feed.observe(device, 2, "currentLevel", 281);
        run(level("above: 280"));
        assertThat(changes).containsExactly("+2:281.0");
    }

    @Test
    void leavesAConditionAloneWhenThePropertyIsMissing() {
        int device = feed.device("water-level", "xa-la", null);
        feed.observe(device, 1, "currentLevel", 281);
        feed.observe(device, 5, "flowSpeed", 0);
        feed.observe(device, 11, "currentLevel", 281);
        run(level("above: 280, onDelay: 10s"));
        assertThat(changes).containsExactly("+11:281.0");
    }

    @Test
    void raisesForASilentDeviceByArrivalAndClearsWithTheNextObservation() {
        int device = feed.device("water-level", "xa-la", null);
        feed.device("water-level", "never-spoke", null);
        ticks(0, 10);
        feed.observe(device, 10, 3, Quality.OUT_OF_RANGE, "currentLevel", 279); // by arrival, whatever it says
        ticks(20, 130);
        assertThat(changes).isEmpty();
        ticks(131, 140);
        feed.observe(device, 141, 2, Quality.GOOD, "currentLevel", 279);
        ticks(142, 200);
        run("""
                version: 1
                rules:
                  - {id: silent, kind: "*", silentFor: 2m, priority: P4, vi: a, en: a}
                """);
        assertThat(changes).containsExactly("+130:NaN", "-141:NaN");
    }

    @Test
    void allowsThreeExpectedIntervalsButAtLeastTwoMinutes() {
        RuleSet rules = rules("""
                version: 1
                rules:
                  - {id: silent, kind: "*", intervals: 3, priority: P4, vi: a, en: a}
                  - {id: once, kind: "*", intervals: 1, priority: P4, vi: a, en: a}
                """);
        NoDataRule three = (NoDataRule) rules.rules().get(0);
        NoDataRule one = (NoDataRule) rules.rules().get(1);
        assertThat(three.allowed(CATALOGUE.kind("streetlight").orElseThrow())).hasMinutes(15);
        assertThat(three.allowed(CATALOGUE.kind("water-level").orElseThrow())).hasMinutes(3);
        assertThat(one.allowed(CATALOGUE.kind("water-level").orElseThrow())).hasMinutes(2);
    }

    @Test
    void doesNotTakeItsOwnDowntimeForSilence() {
        int device = feed.device("water-level", "xa-la", null);
        ticks(0, 20);
        feed.observe(device, 20, "currentLevel", 279);
        ticks(3000, 3100); // nobody listened for 50 minutes
        feed.observe(device, 3101, "currentLevel", 279);
        ticks(3102, 3230);
        run("""
                version: 1
                rules:
                  - {id: silent, kind: "*", silentFor: 2m, priority: P4, vi: a, en: a}
                """);
        assertThat(changes).containsExactly("+3221:NaN");
    }

    @Test
    void keepsARuleToItsArea() {
        int inside = feed.device("water-level", "inside", "Tô Hiệu");
        int outside = feed.device("water-level", "outside", "Chiềng Lề");
        feed.observe(inside, 1, "currentLevel", 281);
        feed.observe(outside, 1, "currentLevel", 281);
        feed.write(new DeviceDefinition(inside, 5, "inside", "Trạm", "Chiềng Lề", 21, 104));
        feed.observe(inside, 2, "currentLevel", 282);
        run(level("above: 280, area: Tô Hiệu"));
        assertThat(changes).containsExactly("+1:281.0", "-1:281.0");
    }

    @Test
    void countsObservationsOfDevicesNobodyDefined() {
        int device = feed.device("water-level", "xa-la", null);
        feed.seal();
        feed.observe(device, 1, "currentLevel", 281);
        feed.seal();
        Evaluator evaluator = new Evaluator(CATALOGUE, rules(level("above: 280")), this::note);
        BlockReader block = feed.block(1);
        assertThat(block.next()).isTrue();
        evaluator.observe(block);
        evaluator.drainCounts(this::count);
        assertThat(counts).containsExactly(0, 0, 0, 1);
        assertThat(changes).isEmpty();
    }

    private void ticks(int from, int to) {
        for (int second = from; second <= to; second++) {
            feed.tick(second);
        }
    }

    private static String level(String condition) {
        return "version: 1\nrules:\n  - {id: level, kind: water-level, property: currentLevel, " + condition
                + ", priority: P2, vi: a, en: a}\n";
    }

    private static RuleSet rules(String text) {
        return RuleFile.parse("test.yaml", text, CATALOGUE);
    }

    private void run(String ruleText) {
        feed.seal();
        Evaluator evaluator = new Evaluator(CATALOGUE, rules(ruleText), this::note);
        for (int i = 0; i < feed.blocks.size(); i++) {
            BlockReader block = feed.block(i);
            while (block.next()) {
                switch (block.type()) {
                    case BlockFormat.DEVICE -> evaluator.define(block.definition());
                    case BlockFormat.TICK -> evaluator.tick(block.tickMicros());
                    default -> evaluator.observe(block);
                }
            }
        }
        evaluator.drainCounts(this::count);
    }

    private void note(ConditionChange change) {
        double seconds = (change.timeMicros() - Feed.micros(0)) / 1e6;
        changes.add(String.format(
                Locale.ROOT,
                "%s%s:%s",
                change.raised() ? "+" : "-",
                seconds == Math.rint(seconds) ? Long.toString((long) seconds) : Double.toString(seconds),
                change.value()));
    }

    private void count(long observed, long late, long suspect, long unknown) {
        counts[0] += observed;
        counts[1] += late;
        counts[2] += suspect;
        counts[3] += unknown;
    }
}
