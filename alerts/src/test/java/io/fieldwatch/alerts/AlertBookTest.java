package io.fieldwatch.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.FakeClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertBookTest {

    private static final Catalogue CATALOGUE = Catalogue.builtIn();
    private static final RuleSet RULES = RuleFile.parse("test.yaml", """
            version: 1
            rules:
              - {id: low, kind: water-level, property: currentLevel, above: 280, priority: P3, vi: a, en: a}
              - {id: high, kind: water-level, property: currentLevel, above: 281, priority: P1, vi: b, en: b}
            """, CATALOGUE);

    private final MemoryAlertLog log = new MemoryAlertLog();
    private final FakeClock clock = new FakeClock(Instant.ofEpochSecond(Feed.EPOCH_SECONDS + 100));
    private final Feed feed = new Feed(CATALOGUE);
    private final AlertEngine engine = new AlertEngine(CATALOGUE, RULES, log, feed.id, feed.devices, clock);
    private final AlertDesk desk = engine.desk();
    private final int station = feed.device("water-level", "xa-la", "Tô Hiệu");
    private int fed;

    @BeforeEach
    void restore() throws Exception {
        engine.restore();
    }

    @Test
    void raisesUnacknowledged() {
        level(1, 280.5);
        Alert alert = only();
        assertThat(alert.state()).isEqualTo(AlertState.UNACKNOWLEDGED);
        assertThat(alert.version()).isEqualTo(1);
        assertThat(alert.externalId()).isEqualTo("xa-la");
        assertThat(alert.deviceName()).isEqualTo("Trạm xa-la");
        assertThat(alert.area()).isEqualTo("Tô Hiệu");
        assertThat(alert.value()).isEqualTo(280.5);
        assertThat(alert.limit()).isEqualTo(280);
        assertThat(alert.unit()).isEqualTo("m");
        assertThat(alert.raisedMicros()).isEqualTo(Feed.micros(1));
        assertThat(types()).containsExactly("RAISED");
    }

    @Test
    void closesWhenClearedAfterBeingAcknowledged() {
        level(1, 280.5);
        Alert acknowledged = acknowledge(only(), "lan");
        assertThat(acknowledged.state()).isEqualTo(AlertState.ACKNOWLEDGED);
        assertThat(acknowledged.acknowledgedBy()).isEqualTo("lan");
        assertThat(acknowledged.acknowledgedAfterMicros()).hasValue(99_000_000);
        level(2, 279);
        assertThat(desk.open()).isEmpty();
        Alert closed = desk.find(acknowledged.id()).orElseThrow();
        assertThat(closed.state()).isEqualTo(AlertState.CLOSED);
        assertThat(closed.clearedMicros()).isEqualTo(Feed.micros(2));
        assertThat(types()).containsExactly("RAISED", "ACKNOWLEDGED", "CLEARED");
        assertThat(log.events()).extracting(event -> event.alert().version()).containsExactly(1, 2, 3);
    }

    @Test
    void staysListedWhenClearedBeforeAnyoneAcknowledged() {
        level(1, 280.5);
        level(2, 279);
        assertThat(only().state()).isEqualTo(AlertState.CLEARED_UNACKNOWLEDGED);
        Alert closed = acknowledge(only(), "lan");
        assertThat(closed.state()).isEqualTo(AlertState.CLOSED);
        assertThat(closed.clearedMicros()).isEqualTo(Feed.micros(2));
        assertThat(desk.open()).isEmpty();
    }

    @Test
    void closesAnUnseenOccurrenceWhenItIsRaisedAgain() {
        level(1, 280.5);
        level(2, 279);
        Alert unseen = only();
        level(3, 280.6);
        assertThat(only().id()).isNotEqualTo(unseen.id());
        assertThat(only().state()).isEqualTo(AlertState.UNACKNOWLEDGED);
        assertThat(desk.find(unseen.id()).orElseThrow().state()).isEqualTo(AlertState.CLOSED);
        assertThat(log.events().get(2).note()).isEqualTo(AlertBook.UNSEEN);
        assertThat(log.events()).extracting(AlertEvent::id).doesNotHaveDuplicates();
        assertThat(types()).containsExactly("RAISED", "CLEARED", "CLEARED", "RAISED");
        assertThat(engine.metrics().get(AlertMetric.CLOSED_UNSEEN)).isEqualTo(1);
        assertThat(engine.metrics().get(AlertMetric.OPEN)).isEqualTo(1);
    }

    @Test
    void refusesToAcknowledgeWhatHasMovedOnIsUnknownOrOver() {
        level(1, 280.5);
        Alert seen = only();
        level(2, 279);
        refused(seen.id(), seen.version(), false, "moved on from version 1 to 2");
        assertThat(only().state()).isEqualTo(AlertState.CLEARED_UNACKNOWLEDGED);
        refused("nonsense", 0, true, "no alert nonsense");
        acknowledge(only(), "lan");
        refused(seen.id(), 0, false, "closed");
        level(3, 280.5);
        acknowledge(only(), "lan");
        refused(only().id(), 0, false, "already acknowledged by lan");
        assertThat(engine.metrics().get(AlertMetric.ACKNOWLEDGED)).isEqualTo(2);
    }

    @Test
    void sortsUnacknowledgedFirstThenByPriorityThenNewest() {
        level(1, 282); // low and high
        int second = feed.device("water-level", "nam-la", null);
        feed.observe(second, 2, "currentLevel", 282);
        drain();
        Alert newestHigh = desk.open().get(0);
        assertThat(newestHigh.externalId()).isEqualTo("nam-la");
        assertThat(newestHigh.priority()).isEqualTo(Priority.P1);
        acknowledge(newestHigh, "lan");
        assertThat(desk.open())
                .extracting(alert -> alert.externalId() + " " + alert.priority())
                .containsExactly("xa-la P1", "nam-la P3", "xa-la P3", "nam-la P1");
    }

    @Test
    void showsAndTellsNothingThatIsNotOnStableStorage() {
        List<AlertEvent> heard = new ArrayList<>();
        Runnable end = desk.subscribe(heard::add);
        desk.subscribe(event -> {
            throw new IllegalStateException("a listener that fails must not stop the others");
        });
        log.hold();
        level(1, 282);
        assertThat(heard).isEmpty();
        assertThat(desk.open()).isEmpty();
        log.releaseHeld();
        assertThat(heard).extracting(event -> event.alert().ruleId()).containsExactly("low", "high");
        assertThat(desk.open()).hasSize(2);

        log.hold();
        var acknowledged =
                desk.acknowledge(heard.get(0).alert().id(), 1, "lan", "seen").toCompletableFuture();
        assertThat(acknowledged).isNotDone();
        refused(heard.get(0).alert().id(), 1, false, "moved on"); // decided, though not durable yet
        log.releaseHeld();
        assertThat(acknowledged.join().state()).isEqualTo(AlertState.ACKNOWLEDGED);
        assertThat(heard).hasSize(3);
        assertThat(heard.get(2).note()).isEqualTo("seen");
        assertThat(engine.metrics().get(AlertMetric.LISTENER_FAILED)).isEqualTo(3);

        end.run();
        level(2, 279);
        assertThat(heard).hasSize(3);
    }

    @Test
    void decidesNothingAfterTheLogHasFailed() {
        level(1, 280.5);
        Alert alert = only();
        log.hold();
        var lost = desk.acknowledge(alert.id(), 0, "lan", null).toCompletableFuture();
        log.failHeld();
        assertThatThrownBy(lost::join).hasStackTraceContaining("disk gone");
        assertThat(only().state()).isEqualTo(AlertState.UNACKNOWLEDGED);
        assertThatThrownBy(() -> level(2, 279)).hasMessageContaining("alert log has failed");
        assertThatThrownBy(() -> desk.acknowledge(alert.id(), 0, "lan", null)
                        .toCompletableFuture()
                        .join())
                .hasMessageContaining("alert log has failed");
    }

    @Test
    void keepsTheLastThousandClosedAlerts() {
        String first = "";
        for (int i = 0; i <= AlertEngine.CLOSED_MAX; i++) {
            level(2 * i + 1, 280.5);
            first = first.isEmpty() ? only().id() : first;
            acknowledge(only(), "lan");
            level(2 * i + 2, 279);
        }
        assertThat(desk.find(first)).isEmpty();
        assertThat(desk.find(log.events().get(3).alert().id())).isPresent();
    }

    private void level(double second, double metres) {
        feed.observe(station, second, "currentLevel", metres);
        drain();
    }

    private void drain() {
        feed.seal();
        while (fed < feed.blocks.size()) {
            engine.onBlock(feed.block(fed), feed.nextPositions.get(fed));
            fed++;
        }
    }

    private Alert only() {
        assertThat(desk.open()).hasSize(1);
        return desk.open().get(0);
    }

    private Alert acknowledge(Alert alert, String user) {
        return desk.acknowledge(alert.id(), alert.version(), user, null)
                .toCompletableFuture()
                .join();
    }

    private void refused(String id, int version, boolean unknown, String reason) {
        assertThatThrownBy(() -> desk.acknowledge(id, version, "lan", null)
                        .toCompletableFuture()
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(AlertDesk.AlertProblem.class)
                .hasMessageContaining(reason)
                .matches(problem -> ((AlertDesk.AlertProblem) problem).unknown() == unknown);
    }

    private List<String> types() {
        return log.events().stream().map(event -> event.type().name()).toList();
    }
}
