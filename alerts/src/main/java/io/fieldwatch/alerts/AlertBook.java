package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.MetricSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The alerts: decides each transition, appends it to the log, and shows it once it is on stable storage.
 *
 * <p>Two tables: {@code decided} is where transitions are decided, under one lock that also orders them in the log;
 * {@code shown} is what operators see, and changes only when the log has it. Reading never waits for the lock, so a slow
 * log does not stop a screen. After the log has failed nothing is decided any more.
 */
final class AlertBook implements AlertDesk {

    static final int NOTE_MAX = 2000;

    /** Why an alert was closed that nobody had acknowledged. */
    static final String UNSEEN = "unseen: raised again before anyone acknowledged it";

    static final String RULE_CHANGED = "the rule was changed or removed";

    private final AlertLog log;
    private final Clock clock;
    private final MetricSet<AlertMetric> metrics;
    private final Object lock = new Object();
    private final AlertTable decided;
    private final AlertTable shown;
    private final Set<String> known = new HashSet<>();
    private long knownUpTo;
    private final List<Consumer<AlertEvent>> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Throwable failure;

    AlertBook(AlertLog log, Clock clock, MetricSet<AlertMetric> metrics, int closedMax) {
        this.log = log;
        this.clock = clock;
        this.metrics = metrics;
        decided = new AlertTable(closedMax);
        shown = new AlertTable(closedMax);
    }

    @Override
    public List<Alert> open() {
        return shown.openForOperators();
    }

    @Override
    public Optional<Alert> find(String alertId) {
        return Optional.ofNullable(shown.find(alertId));
    }

    @Override
    public Runnable subscribe(Consumer<AlertEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public CompletionStage<Alert> acknowledge(String alertId, int version, String user, @Nullable String note) {
        synchronized (lock) {
            try {
                requireLog();
                Alert alert = acknowledgeable(alertId, version, user, note);
                long now = clock.wallMicros();
                Alert after = AlertMachine.acknowledged(alert, user, now);
                String id = alertId + "-ACKNOWLEDGED-" + after.version();
                metrics.add(AlertMetric.ACKNOWLEDGED, 1);
                return append(new AlertEvent(id, AlertEvent.Type.ACKNOWLEDGED, now, user, note, after), 0)
                        .thenApply(AlertEvent::alert);
            } catch (AlertProblem | IllegalStateException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
    }

    private Alert acknowledgeable(String alertId, int version, String user, @Nullable String note) {
        Alert alert = decided.find(alertId);
        if (alert == null) {
            throw new AlertProblem(true, "there is no alert " + alertId);
        }
        if (user.isBlank()) {
            throw new AlertProblem(false, "an acknowledgement needs a user");
        }
        if (note != null && note.length() > NOTE_MAX) {
            throw new AlertProblem(false, "a note may have " + NOTE_MAX + " characters");
        }
        if (version != 0 && version != alert.version()) {
            throw new AlertProblem(
                    false, "alert " + alertId + " has moved on from version " + version + " to " + alert.version());
        }
        if (!AlertMachine.acknowledgeable(alert)) {
            throw new AlertProblem(
                    false,
                    "alert " + alertId + " is "
                            + (alert.state().open() ? "already acknowledged by " + alert.acknowledgedBy() : "closed"));
        }
        return alert;
    }

    /**
     * A rule's condition began or ended. A change that the log already has, from before a crash, is recognised and does
     * nothing.
     *
     * @param observationPosition position behind the block that is being evaluated
     */
    void change(ConditionChange change, DeviceDefinition device, long observationPosition) {
        String kind = change.watch().kind().name();
        String id = AlertIds.alert(change.watch().rule(), kind, device.externalId(), change.raisedMicros());
        synchronized (lock) {
            requireLog();
            Alert alert = decided.find(id);
            if (change.raised()) {
                if (alert == null && !known.contains(id)) {
                    raise(id, change, device, observationPosition);
                }
            } else if (alert != null && AlertMachine.active(alert)) {
                metrics.add(AlertMetric.CLEARED, 1);
                append(
                        cleared(id + "-CLEARED", AlertMachine.cleared(alert, change.timeMicros()), null, change),
                        observationPosition);
            }
        }
    }

    private void raise(String id, ConditionChange change, DeviceDefinition device, long observationPosition) {
        Watch watch = change.watch();
        RuleHead rule = watch.rule().head();
        String kind = watch.kind().name();
        Alert before = decided.findOpen(new AlertTable.Subject(rule.id(), kind, device.externalId()));
        if (before != null) {
            metrics.add(AlertMetric.CLOSED_UNSEEN, 1);
            append(
                    cleared(before.id() + "-UNSEEN", AlertMachine.closed(before, change.timeMicros()), UNSEEN, change),
                    observationPosition);
        }
        Alert alert = new Alert(
                id,
                1,
                rule.id(),
                rule.priority(),
                AlertState.UNACKNOWLEDGED,
                rule.message(),
                device.number(),
                kind,
                device.externalId(),
                device.name(),
                device.area(),
                device.lat(),
                device.lon(),
                watch.propertyName(),
                change.value(),
                watch.shownLimit(),
                watch.unit(),
                change.raisedMicros(),
                0,
                null,
                0);
        metrics.add(AlertMetric.RAISED, 1);
        append(
                new AlertEvent(id + "-RAISED", AlertEvent.Type.RAISED, change.timeMicros(), null, null, alert),
                observationPosition);
    }

    private static AlertEvent cleared(String eventId, Alert after, @Nullable String note, ConditionChange change) {
        return new AlertEvent(eventId, AlertEvent.Type.CLEARED, change.timeMicros(), null, note, after);
    }

    /** Closes open alerts whose rule is no more. */
    void closeOrphans(Predicate<Alert> orphan) {
        synchronized (lock) {
            requireLog();
            long now = clock.wallMicros();
            for (Alert alert : decided.open()) {
                if (orphan.test(alert)) {
                    Alert after = AlertMachine.closed(alert, now);
                    String id = alert.id() + "-RULE-CHANGED";
                    append(new AlertEvent(id, AlertEvent.Type.CLEARED, now, null, RULE_CHANGED, after), 0);
                }
            }
        }
    }

    /**
     * Appends a checkpoint behind every transition so far; nothing comes in between.
     *
     * @param checkpoint makes it from this book, which does not change meanwhile
     * @return completes with the entry's position when it is on stable storage
     */
    CompletableFuture<Long> checkpoint(Function<AlertBook, AlertEntry.Checkpoint> checkpoint) {
        synchronized (lock) {
            requireLog();
            byte[] entry = AlertEntryCodec.write(checkpoint.apply(this));
            return log.append(entry).whenComplete((position, cause) -> {
                if (cause != null) {
                    failure = cause;
                }
            });
        }
    }

    List<Alert> decidedOpen() {
        return decided.open();
    }

    List<Alert> decidedClosed() {
        return decided.closed();
    }

    AlertEntry.Known known() {
        synchronized (lock) {
            return new AlertEntry.Known(knownUpTo, known);
        }
    }

    /** The evaluator has come this far; beyond what a crash made it read again, there is nothing to recognise. */
    void reached(long observationPosition) {
        synchronized (lock) {
            if (observationPosition >= knownUpTo) {
                known.clear();
            }
        }
    }

    /** Takes over what a checkpoint says. For restoring. */
    void restore(AlertEntry.Checkpoint checkpoint) {
        synchronized (lock) {
            decided.replace(checkpoint.open(), checkpoint.closed());
            shown.replace(checkpoint.open(), checkpoint.closed());
            known.clear();
            known.addAll(checkpoint.known().alertIds());
            knownUpTo = checkpoint.known().upTo();
            metrics.set(AlertMetric.OPEN, decided.openCount());
        }
    }

    /** Takes over what a transition says. For restoring. */
    void restore(AlertEntry.Transition transition) {
        synchronized (lock) {
            Alert alert = transition.event().alert();
            decided.put(alert);
            shown.put(alert);
            if (transition.observationPosition() > 0) {
                known.add(alert.id());
                knownUpTo = Math.max(knownUpTo, transition.observationPosition());
            }
            metrics.set(AlertMetric.OPEN, decided.openCount());
        }
    }

    /** What was known is about another observation log. */
    void forgetKnown() {
        synchronized (lock) {
            known.clear();
            knownUpTo = 0;
        }
    }

    /**
     * @throws IllegalStateException when the log has failed: what is decided from now on would be lost
     */
    void requireLog() {
        Throwable cause = failure;
        if (cause != null) {
            throw new IllegalStateException("the alert log has failed", cause);
        }
    }

    private CompletionStage<AlertEvent> append(AlertEvent event, long observationPosition) {
        CompletableFuture<Long> durable =
                log.append(AlertEntryCodec.write(new AlertEntry.Transition(event, observationPosition)));
        decided.put(event.alert());
        metrics.set(AlertMetric.OPEN, decided.openCount());
        // Attached under the lock, so that callbacks run in the order of the log even when the entry is durable
        // already.
        return durable.handle((position, cause) -> {
            if (cause != null) {
                failure = cause;
                throw new IllegalStateException("the alert log has failed", cause);
            }
            show(event);
            return event;
        });
    }

    /** Runs on the log's thread and must not wait for {@link #lock}: whoever holds it may be waiting for the log. */
    private void show(AlertEvent event) {
        shown.put(event.alert());
        for (Consumer<AlertEvent> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                metrics.add(AlertMetric.LISTENER_FAILED, 1);
            }
        }
    }
}
