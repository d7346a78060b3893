package io.fieldwatch.alerts;

import java.util.List;
import java.util.Set;
import java.util.UUID;

/** What an entry of the alert log says; {@link AlertEntryCodec} has the bytes. */
public sealed interface AlertEntry {

    /**
     * An alert changed.
     *
     * @param observationPosition position behind the block of the observation log whose records caused it; 0 when an
     *     operator or a change of rules did
     */
    record Transition(AlertEvent event, long observationPosition) implements AlertEntry {}

    /**
     * All that is needed to go on from here: entries before it are history.
     *
     * @param observationLog the log that the position is in
     * @param position everything before it has been evaluated, and its transitions are in earlier entries
     * @param known what earlier entries already say about the log beyond the position
     * @param awaited alerts of another observation log that are active and whose device has not shown up in this one
     * @param open in the order they were raised
     * @param closed the last closed alerts, the longest closed first
     * @param conditions the evaluator's state, see {@code ConditionsCodec}
     */
    @SuppressWarnings("ArrayRecordComponent") // opaque; nobody compares two of these
    record Checkpoint(
            UUID observationLog,
            long position,
            Known known,
            List<Alert> awaited,
            List<Alert> open,
            List<Alert> closed,
            byte[] conditions)
            implements AlertEntry {}

    /**
     * Alerts that were raised before a crash by observations that are evaluated again after it.
     *
     * @param upTo observation position behind the last of them
     */
    record Known(long upTo, Set<String> alertIds) {

        static final Known NOTHING = new Known(0, Set.of());

        public Known {
            alertIds = Set.copyOf(alertIds);
        }
    }
}
