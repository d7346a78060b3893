package io.fieldwatch.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.alerts.Alert;
import io.fieldwatch.alerts.AlertEvent;
import io.fieldwatch.alerts.AlertState;
import io.fieldwatch.alerts.Priority;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Label;
import io.fieldwatch.telemetry.MetricSet;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
final class AlertProjectionTest {

    private static final long T = Feed.START_MICROS;
    private static final Duration SOON = Duration.ofSeconds(60);

    private final TestDatabases server;

    private final MemoryAlertLog log = new MemoryAlertLog();
    private final Map<String, AlertEvent> byEntry = new HashMap<>();
    private final MetricSet<StorageMetric> metrics = new MetricSet<>(StorageMetric.class);

    @AutoClose
    private TestDatabase database;

    AlertProjectionTest(TestDatabases server) {
        this.server = server;
    }

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
    }

    @Test
    void keepsTheLatestStateAndEveryTransition() throws Exception {
        Alert raised = alert("a1", 1, AlertState.UNACKNOWLEDGED, 0, null);
        Alert acknowledged = alert("a1", 2, AlertState.ACKNOWLEDGED, T + 5_000_001, "lan");
        append(new AlertEvent("a1-RAISED", AlertEvent.Type.RAISED, T, null, null, raised));
        append(new AlertEvent("a1-ACK-1", AlertEvent.Type.ACKNOWLEDGED, T + 5_000_001, "lan", "đã gọi", acknowledged));
        assertThat(log.append("a checkpoint".getBytes(UTF_8))).isCompleted();
        project();

        assertThat(history()).containsExactly(acknowledged);
        assertThat(database.rows("SELECT id, alert_id, type, version, user_name, note FROM fieldwatch.alert_event"
                        + " ORDER BY version"))
                .containsExactly("a1-RAISED|a1|RAISED|1|null|null", "a1-ACK-1|a1|ACKNOWLEDGED|2|lan|đã gọi");
        assertThat(database.rows("SELECT d.kind, d.external_id FROM fieldwatch.alert a JOIN fieldwatch.device d"
                        + " ON d.id = a.device_id"))
                .containsExactly("traffic-flow|xe-1");
        assertThat(database.rows("SELECT log_id, reader, from_position, to_position FROM fieldwatch.log_position"))
                .containsExactly(log.id() + "|storage|0|3");
    }

    @Test
    void aReplayChangesNothing() throws Exception {
        append(new AlertEvent(
                "a1-RAISED",
                AlertEvent.Type.RAISED,
                T,
                null,
                null,
                alert("a1", 1, AlertState.UNACKNOWLEDGED, 0, null)));
        Alert closed = alert("a1", 2, AlertState.ACKNOWLEDGED, T + 1, "lan");
        append(new AlertEvent("a1-ACK-1", AlertEvent.Type.ACKNOWLEDGED, T + 1, "lan", null, closed));
        project();
        List<String> before = tables();
        database.execute("DELETE FROM fieldwatch.log_position");
        project();

        assertThat(tables()).isEqualTo(before);
        assertThat(history()).containsExactly(closed);
    }

    @Test
    void answersTheNewestAlertsOfATime() throws Exception {
        for (int i = 0; i < 5; i++) {
            Alert alert = alert("a" + i, 1, AlertState.UNACKNOWLEDGED, 0, null, T + i * 60_000_000L);
            append(new AlertEvent(alert.id() + "-RAISED", AlertEvent.Type.RAISED, T, null, null, alert));
        }
        project();

        Instant start = Instant.ofEpochMilli(T / 1000);
        try (Database opened = open()) {
            assertThat(opened.queries().alerts(start.plusSeconds(60), start.plusSeconds(240), 2))
                    .extracting(Alert::id)
                    .containsExactly("a3", "a2");
        }
    }

    private static Alert alert(
            String id, int version, AlertState state, long acknowledgedMicros, @Nullable String acknowledgedBy) {
        return alert(id, version, state, acknowledgedMicros, acknowledgedBy, T);
    }

    private static Alert alert(
            String id,
            int version,
            AlertState state,
            long acknowledgedMicros,
            @Nullable String acknowledgedBy,
            long raisedMicros) {
        return new Alert(
                id,
                version,
                "congestion",
                Priority.P3,
                state,
                new Label("Ùn tắc", "Congestion"),
                17,
                "traffic-flow",
                "xe-1",
                "Cầu Trắng",
                null,
                21.3,
                Double.NaN,
                "occupancy",
                Double.NaN,
                0.35,
                "1",
                raisedMicros,
                acknowledgedMicros,
                acknowledgedBy,
                0);
    }

    private void append(AlertEvent event) {
        byEntry.put(event.id(), event);
        assertThat(log.append(event.id().getBytes(UTF_8))).isCompleted();
    }

    private void project() throws Exception {
        try (Database opened = open();
                AlertProjection projection = new AlertProjection(
                        opened, log, entry -> Optional.ofNullable(byEntry.get(new String(entry, UTF_8))), metrics)) {
            projection.start();
            assertThat(projection.awaitStored(log.end(), SOON)).isTrue();
        }
    }

    private List<Alert> history() throws Exception {
        try (Database opened = open()) {
            return opened.queries().alerts(Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z"), 100);
        }
    }

    private List<String> tables() throws Exception {
        List<String> rows = database.rows("SELECT * FROM fieldwatch.alert ORDER BY id");
        rows.addAll(database.rows("SELECT * FROM fieldwatch.alert_event ORDER BY id"));
        return rows;
    }

    private Database open() {
        return new Database(StorageConfig.of(database.url()), Catalogue.builtIn());
    }
}
