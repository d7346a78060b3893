package io.fieldwatch.alerts;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What operators see and do. Answers from memory, so it works while the database is down. Thread-safe. */
public interface AlertDesk {

    /** Alerts that are open, the unacknowledged first, then by priority, then the newest first. */
    List<Alert> open();

    /** An open alert, or one of the last 1,000 closed ones. */
    Optional<Alert> find(String alertId);

    /**
     * Acknowledges an alert.
     *
     * @param version the version the operator was looking at, or 0 for whichever it is
     * @return completes when the action is on stable storage; fails with {@link AlertProblem} when the alert is unknown,
     *     closed, already acknowledged or has moved on from that version
     */
    CompletionStage<Alert> acknowledge(String alertId, int version, String user, @Nullable String note);

    /**
     * Calls back for every transition once it is on stable storage, in order, on the alert log's thread: return at once.
     *
     * @return call it to end the subscription
     */
    Runnable subscribe(Consumer<AlertEvent> listener);

    /** Why an operator's action was refused. */
    final class AlertProblem extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final boolean unknown;

        public AlertProblem(boolean unknown, String message) {
            super(message);
            this.unknown = unknown;
        }

        /** True when there is no such alert, false when its state forbids the action. */
        public boolean unknown() {
            return unknown;
        }
    }
}
