package io.fieldwatch.console;

import io.fieldwatch.alerts.Alert;
import io.fieldwatch.alerts.AlertDesk;
import io.fieldwatch.alerts.AlertEvent;
import io.fieldwatch.alerts.AlertState;
import io.fieldwatch.telemetry.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A desk in memory on which a test raises and clears alerts. */
final class FakeDesk implements AlertDesk {

    private final Map<String, Alert> alerts = new LinkedHashMap<>();
    private final List<Consumer<AlertEvent>> listeners = new CopyOnWriteArrayList<>();
    private @Nullable String lastNote;

    void raise(Alert alert) {
        change(AlertEvent.Type.RAISED, null, null, alert);
    }

    void clear(String id) {
        Alert alert = find(id).orElseThrow();
        AlertState state =
                alert.state() == AlertState.ACKNOWLEDGED ? AlertState.CLOSED : AlertState.CLEARED_UNACKNOWLEDGED;
        change(
                AlertEvent.Type.CLEARED,
                null,
                null,
                with(alert, state, alert.acknowledgedBy(), alert.acknowledgedMicros()));
    }

    synchronized @Nullable String lastNote() {
        return lastNote;
    }

    @Override
    public synchronized List<Alert> open() {
        Comparator<Alert> order = Comparator.comparing((Alert alert) -> alert.state() == AlertState.ACKNOWLEDGED)
                .thenComparing(Alert::priority)
                .thenComparing(Alert::raisedMicros, Comparator.reverseOrder());
        return alerts.values().stream()
                .filter(alert -> alert.state().open())
                .sorted(order)
                .toList();
    }

    @Override
    public synchronized Optional<Alert> find(String alertId) {
        return Optional.ofNullable(alerts.get(alertId));
    }

    @Override
    public CompletionStage<Alert> acknowledge(String alertId, int version, String user, @Nullable String note) {
        Optional<Alert> found = find(alertId);
        if (found.isEmpty()) {
            return CompletableFuture.failedFuture(new AlertProblem(true, "there is no alert " + alertId));
        }
        Alert alert = found.get();
        if (version != 0 && version != alert.version()) {
            return CompletableFuture.failedFuture(
                    new AlertProblem(false, "the alert has moved on to version " + alert.version()));
        }
        AlertState next = switch (alert.state()) {
            case UNACKNOWLEDGED -> AlertState.ACKNOWLEDGED;
            case CLEARED_UNACKNOWLEDGED -> AlertState.CLOSED;
            case ACKNOWLEDGED, CLOSED -> alert.state();
        };
        if (next == alert.state()) {
            return CompletableFuture.failedFuture(new AlertProblem(false, "the alert is acknowledged already"));
        }
        Alert after = with(alert, next, user, Clock.system().wallMicros());
        // Another thread, as the alert log would.
        return CompletableFuture.supplyAsync(() -> change(AlertEvent.Type.ACKNOWLEDGED, user, note, after));
    }

    @Override
    public Runnable subscribe(Consumer<AlertEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private Alert change(AlertEvent.Type type, @Nullable String user, @Nullable String note, Alert after) {
        synchronized (this) {
            alerts.put(after.id(), after);
            lastNote = note;
        }
        AlertEvent event = new AlertEvent(
                after.id() + "/" + type + "/" + after.version(), type, after.raisedMicros(), user, note, after);
        new ArrayList<>(listeners).forEach(listener -> listener.accept(event));
        return after;
    }

    private static Alert with(Alert alert, AlertState state, @Nullable String user, long acknowledgedMicros) {
        return new Alert(
                alert.id(),
                alert.version() + 1,
                alert.ruleId(),
                alert.priority(),
                state,
                alert.message(),
                alert.deviceNumber(),
                alert.kind(),
                alert.externalId(),
                alert.deviceName(),
                alert.area(),
                alert.lat(),
                alert.lon(),
                alert.property(),
                alert.value(),
                alert.limit(),
                alert.unit(),
                alert.raisedMicros(),
                acknowledgedMicros,
                user,
                state == AlertState.CLOSED || state == AlertState.CLEARED_UNACKNOWLEDGED
                        ? alert.raisedMicros() + 1
                        : 0);
    }
}
