package io.fieldwatch.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AlertEngineTest {

    private static final Catalogue CATALOGUE = Catalogue.builtIn();
    private static final RuleSet RULES = RuleFile.parse("test.yaml", """
            version: 1
            rules:
              - {id: low, kind: water-level, property: currentLevel, above: 280, deadband: 0.05, priority: P3, vi: a, en: a}
              - {id: high, kind: water-level, property: currentLevel, above: 280.1, onDelay: 20s, offDelay: 20s, priority: P1, vi: b, en: b}
              - {id: jam, kind: traffic-flow, property: congested, equals: true, onDelay: 10s, offDelay: 5s, priority: P3, vi: c, en: c}
              - {id: dust, kind: air-quality, property: pm25, above: 150, deadband: 15, area: Tô Hiệu, priority: P2, vi: d, en: d}
              - {id: fire, kind: waste-container, property: status, equals: burning, priority: P1, vi: e, en: e}
              - {id: silent, kind: "*", intervals: 3, priority: P4, vi: g, en: g}
            """, CATALOGUE);

    @Test
    void theSameLogGivesTheSameEventsByteForByte() throws Exception {
        Feed feed = Feed.random(CATALOGUE, 4711, 50_000);
        List<String> first = transitions(evaluateAll(feed));
        assertThat(first).hasSizeGreaterThan(1000);
        assertThat(transitions(evaluateAll(feed))).isEqualTo(first);
    }

    @Test
    void everyEventIsThereExactlyOnceWhateverCrashes() throws Exception {
        int crashes = 0;
        long events = 0;
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Feed feed = Feed.random(CATALOGUE, seed, 600);
            Plan plan = new Plan(seed);
            MemoryAlertLog undisturbed = new MemoryAlertLog();
            Run run = new Run(feed, undisturbed, plan, true);
            run.upTo(feed.blocks.size(), random);
            events += undisturbed.events().size();

            MemoryAlertLog log = new MemoryAlertLog();
            for (int crash = random.nextInt(3); crash >= 0; crash--) {
                new Run(feed, log, plan, false).upTo(random.nextInt(feed.blocks.size() + 1), random);
                log = new MemoryAlertLog(
                        log.entries().subList(0, random.nextInt(log.entries().size() + 1)));
                crashes++;
            }
            new Run(feed, log, plan, false).upTo(feed.blocks.size(), random);

            assertThat(log.events())
                    .as("seed %d", seed)
                    .extracting(AlertEvent::id)
                    .doesNotHaveDuplicates();
            assertThat(described(log.events())).as("seed %d", seed).isEqualTo(described(undisturbed.events()));
        }
        assertThat(crashes).isGreaterThan(200);
        assertThat(events).isGreaterThan(5000);
    }

    @Test
    void operatorsActionsSurviveARestart() throws Exception {
        Feed feed = new Feed(CATALOGUE);
        int station = feed.device("water-level", "xa-la", null);
        feed.observe(station, 1, "currentLevel", 280.05);
        feed.seal();
        feed.observe(station, 2, "currentLevel", 279);
        feed.seal();
        MemoryAlertLog log = new MemoryAlertLog();
        AlertEngine engine = engine(feed, log, RULES, feed.id);
        engine.restore();
        engine.onBlock(feed.block(0), feed.nextPositions.get(0));
        String id = engine.desk().open().get(0).id();
        engine.desk()
                .acknowledge(id, 1, "lan", "đã cử người")
                .toCompletableFuture()
                .join();

        AlertEngine next = engine(feed, log, RULES, feed.id);
        assertThat(next.restore()).isZero(); // no checkpoint since: it evaluates the block again
        assertThat(next.desk().find(id).orElseThrow().acknowledgedBy()).isEqualTo("lan");
        next.onBlock(feed.block(0), feed.nextPositions.get(0));
        assertThat(log.events()).hasSize(2);
        next.onBlock(feed.block(1), feed.nextPositions.get(1));
        assertThat(next.desk().find(id).orElseThrow().state()).isEqualTo(AlertState.CLOSED);
    }

    @Test
    void aCheckpointReleasesBothLogs() throws Exception {
        Feed feed = Feed.random(CATALOGUE, 1, 500);
        MemoryAlertLog log = new MemoryAlertLog();
        AlertEngine engine = engine(feed, log, RULES, feed.id);
        engine.restore();
        int half = feed.blocks.size() / 2;
        for (int i = 0; i < half; i++) {
            engine.onBlock(feed.block(i), feed.nextPositions.get(i));
        }
        assertThat(engine.checkpointedPosition()).isZero();
        log.hold();
        var durable = engine.checkpoint().toCompletableFuture();
        assertThat(engine.checkpointedPosition()).isZero();
        log.releaseHeld();
        assertThat(durable).isCompleted();
        assertThat(engine.checkpointedPosition()).isEqualTo(feed.nextPositions.get(half - 1));
        int entryOfCheckpoint = log.entries().size() - 1;
        engine.onBlock(feed.block(half), feed.nextPositions.get(half));
        engine.close();
        assertThat(log.released()).isEqualTo(entryOfCheckpoint);

        // What was released may be gone: the checkpoint alone is enough to go on.
        MemoryAlertLog trimmed = new MemoryAlertLog(
                log.entries().subList(entryOfCheckpoint, log.entries().size()));
        AlertEngine next = engine(feed, trimmed, RULES, feed.id);
        assertThat(next.restore()).isEqualTo(feed.nextPositions.get(half - 1));
        assertThat(next.checkpointedPosition()).isEqualTo(feed.nextPositions.get(half - 1));
    }

    @Test
    void closesAlertsOfRulesThatAreNoMoreAndKeepsTheConditionsOfTheOthers() throws Exception {
        Feed feed = new Feed(CATALOGUE);
        int station = feed.device("water-level", "xa-la", null);
        feed.observe(station, 1, "currentLevel", 280.2); // low is raised, high is pending
        feed.seal();
        feed.observe(station, 21, "currentLevel", 280.2);
        feed.seal();
        MemoryAlertLog log = new MemoryAlertLog();
        AlertEngine engine = engine(feed, log, RULES, feed.id);
        engine.restore();
        engine.onBlock(feed.block(0), feed.nextPositions.get(0));
        engine.checkpoint();
        Alert low = engine.desk().open().get(0);

        List<Rule> changed = new ArrayList<>(RULES.rules());
        ThresholdRule was = (ThresholdRule) changed.get(0);
        changed.set(
                0,
                new ThresholdRule(
                        was.head(),
                        was.property(),
                        new Limit(Limit.Side.ABOVE, 280.15, 0),
                        was.onDelay(),
                        was.offDelay()));
        AlertEngine next = engine(feed, log, new RuleSet(changed), feed.id);
        next.restore();
        assertThat(next.desk().open()).isEmpty();
        assertThat(next.desk().find(low.id()).orElseThrow().state()).isEqualTo(AlertState.CLOSED);
        assertThat(log.events().get(1).note()).isEqualTo(AlertBook.RULE_CHANGED);
        next.onBlock(feed.block(1), feed.nextPositions.get(1));
        assertThat(next.desk().open())
                .extracting(alert -> alert.ruleId() + " " + (alert.raisedMicros() - Feed.micros(0)) / 1_000_000)
                .containsExactly("high 21", "low 21");
    }

    @Test
    void keepsOpenAlertsWhenTheObservationLogIsAnotherOne() throws Exception {
        Feed before = new Feed(CATALOGUE);
        int old = before.device("water-level", "xa-la", null);
        before.observe(old, 1, "currentLevel", 280.05);
        before.seal();
        MemoryAlertLog log = new MemoryAlertLog();
        AlertEngine engine = engine(before, log, RULES, before.id);
        engine.restore();
        engine.onBlock(before.block(0), before.nextPositions.get(0));
        engine.checkpoint();
        String id = engine.desk().open().get(0).id();

        Feed after = new Feed(CATALOGUE);
        after.device("traffic-flow", "detector", null);
        after.seal();
        int station = after.device("water-level", "xa-la", null); // another number in this log
        after.observe(station, 10, "currentLevel", 280.04); // in the deadband: still the same occurrence
        after.seal();
        after.observe(station, 11, "currentLevel", 279);
        after.seal();
        AlertEngine next = engine(after, log, RULES, after.id);
        assertThat(next.restore()).isZero();
        next.onBlock(after.block(0), after.nextPositions.get(0));
        next.checkpoint();

        AlertEngine last = engine(after, log, RULES, after.id); // the device has still not shown up
        assertThat(last.restore()).isEqualTo(after.nextPositions.get(0));
        last.onBlock(after.block(1), after.nextPositions.get(1));
        assertThat(last.desk().open()).extracting(Alert::id).containsExactly(id);
        last.onBlock(after.block(2), after.nextPositions.get(2));
        assertThat(last.desk().find(id).orElseThrow().state()).isEqualTo(AlertState.CLEARED_UNACKNOWLEDGED);
        assertThat(log.events()).hasSize(2);
    }

    private static AlertEngine engine(Feed feed, AlertLog log, RuleSet rules, UUID observationLog) {
        DeviceDictionary copy = new DeviceDictionary();
        feed.devices.all().forEach(copy::define);
        return new AlertEngine(
                CATALOGUE, rules, log, observationLog, copy, new FakeClock(Instant.ofEpochSecond(Feed.EPOCH_SECONDS)));
    }

    private static MemoryAlertLog evaluateAll(Feed feed) throws Exception {
        MemoryAlertLog log = new MemoryAlertLog();
        AlertEngine engine = engine(feed, log, RULES, feed.id);
        engine.restore();
        for (int i = 0; i < feed.blocks.size(); i++) {
            engine.onBlock(feed.block(i), feed.nextPositions.get(i));
            if (i % 100 == 0) {
                engine.checkpoint();
            }
        }
        return log;
    }

    private static List<String> transitions(MemoryAlertLog log) {
        return log.entries().stream()
                .filter(entry -> AlertEntryCodec.transition(entry).isPresent())
                .map(entry -> HexFormat.of().formatHex(entry))
                .toList();
    }

    /**
     * Everything but the area: a restarted engine has the log's newest description of a device, which an engine that has
     * not come so far does not have.
     */
    private static Map<String, String> described(List<AlertEvent> events) {
        Map<String, String> described = new HashMap<>();
        for (AlertEvent event : events) {
            String text = event.toString().replaceAll("area=[^,]*,", "");
            described.put(event.id(), text);
        }
        return described;
    }

    /** Which alert an operator acknowledges behind which block; found out in the undisturbed run. */
    private static final class Plan {
        private final Random random;
        private final Map<Integer, String> acknowledge = new HashMap<>();

        Plan(long seed) {
            random = new Random(seed * 31);
        }
    }

    /** One life of an engine. */
    private static final class Run {
        private final Feed feed;
        private final Plan plan;
        private final boolean planning;
        private final AlertEngine engine;
        private final FakeClock clock = new FakeClock(Instant.ofEpochSecond(Feed.EPOCH_SECONDS));
        private int next;

        Run(Feed feed, MemoryAlertLog log, Plan plan, boolean planning) throws Exception {
            this.feed = feed;
            this.plan = plan;
            this.planning = planning;
            DeviceDictionary copy = new DeviceDictionary();
            feed.devices.all().forEach(copy::define);
            // Two closed alerts, so that the book soon forgets what a crash makes it meet again.
            engine = new AlertEngine(CATALOGUE, RULES, log, feed.id, copy, clock, 2);
            next = feed.indexOf(engine.restore());
            clock.advance(Duration.ofSeconds(next));
        }

        void upTo(int end, Random random) {
            for (; next < end; next++) {
                engine.onBlock(feed.block(next), feed.nextPositions.get(next));
                clock.advance(Duration.ofSeconds(1));
                if (planning && plan.random.nextInt(3) == 0) {
                    engine.desk().open().stream()
                            .filter(AlertMachine::acknowledgeable)
                            .findFirst()
                            .ifPresent(alert -> plan.acknowledge.put(next, alert.id()));
                }
                acknowledge(plan.acknowledge.get(next));
                if (random.nextInt(6) == 0) {
                    engine.checkpoint();
                }
            }
        }

        private void acknowledge(@Nullable String id) {
            if (id == null) {
                return;
            }
            boolean missing = engine.desk().open().stream()
                    .anyMatch(alert -> alert.id().equals(id) && alert.acknowledgedMicros() == 0);
            if (missing) {
                engine.desk()
                        .acknowledge(id, 0, "lan", null)
                        .toCompletableFuture()
                        .join();
            }
        }
    }
}
