package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Kind;

/** A condition worth an alert, as data; see {@link RuleFile}. Immutable. */
public sealed interface Rule permits ThresholdRule, NoDataRule {

    RuleHead head();

    /**
     * Everything that decides whether and when the rule raises, and as what priority, in one line. Two rules with the
     * same definition have the same conditions; texts may differ.
     */
    String definition();

    default String id() {
        return head().id();
    }

    default boolean watches(Kind kind) {
        return head().kind().equals(RuleHead.ANY_KIND) || head().kind().equals(kind.name());
    }
}
