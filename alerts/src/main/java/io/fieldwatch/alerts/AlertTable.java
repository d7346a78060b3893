package io.fieldwatch.alerts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The open alerts and the last closed ones, by id and by what they are about. Thread-safe. */
final class AlertTable {

    private static final Comparator<Alert> FOR_OPERATORS = Comparator.comparing(
                    (Alert alert) -> alert.state() == AlertState.ACKNOWLEDGED)
            .thenComparing(Alert::priority)
            .thenComparing(Alert::raisedMicros, Comparator.reverseOrder())
            .thenComparing(Alert::id);

    /** What one condition is about; it has one open alert at most. */
    record Subject(String ruleId, String kind, String externalId) {
        static Subject of(Alert alert) {
            return new Subject(alert.ruleId(), alert.kind(), alert.externalId());
        }
    }

    private final int closedMax;
    private final Map<String, Alert> open = new LinkedHashMap<>();
    private final Map<Subject, String> openBySubject = new HashMap<>();
    private final Map<String, Alert> closed = new LinkedHashMap<>();

    AlertTable(int closedMax) {
        this.closedMax = closedMax;
    }

    synchronized void put(Alert alert) {
        if (alert.state().open()) {
            open.put(alert.id(), alert);
            openBySubject.put(Subject.of(alert), alert.id());
            return;
        }
        open.remove(alert.id());
        openBySubject.remove(Subject.of(alert), alert.id());
        closed.put(alert.id(), alert);
        if (closed.size() > closedMax) {
            closed.remove(closed.keySet().iterator().next());
        }
    }

    synchronized @Nullable Alert find(String id) {
        Alert alert = open.get(id);
        return alert == null ? closed.get(id) : alert;
    }

    synchronized @Nullable Alert findOpen(Subject subject) {
        String id = openBySubject.get(subject);
        return id == null ? null : open.get(id);
    }

    synchronized int openCount() {
        return open.size();
    }

    /** In the order they were raised. */
    synchronized List<Alert> open() {
        return new ArrayList<>(open.values());
    }

    /** The longest closed first. */
    synchronized List<Alert> closed() {
        return new ArrayList<>(closed.values());
    }

    List<Alert> openForOperators() {
        List<Alert> sorted = open();
        sorted.sort(FOR_OPERATORS);
        return List.copyOf(sorted);
    }

    /** Forgets everything and takes these in. */
    synchronized void replace(List<Alert> openNow, List<Alert> closedNow) {
        open.clear();
        openBySubject.clear();
        closed.clear();
        closedNow.forEach(this::put);
        openNow.forEach(this::put);
    }
}
