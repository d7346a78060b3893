package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rule compiled for one kind: what the evaluator needs per observation, without a look-up. */
final class Watch {

    private final Rule rule;
    private final int ruleIndex;
    private final Kind kind;
    private final @Nullable Limit limit;
    private final int property;
    private final boolean floating;
    private final String propertyName;
    private final String unit;
    private final double shownLimit;
    private final long onDelayMicros;
    private final long offDelayMicros;

    private Watch(Kind kind, ThresholdRule rule, int ruleIndex) {
        this.rule = rule;
        this.ruleIndex = ruleIndex;
        this.kind = kind;
        Property watched = rule.property();
        limit = rule.limit();
        property = watched.number();
        floating = watched.type() == PropertyType.NUMBER;
        propertyName = watched.name();
        unit = watched.unit();
        shownLimit = rule.limit().value();
        onDelayMicros = micros(rule.onDelay());
        offDelayMicros = micros(rule.offDelay());
    }

    private Watch(Kind kind, NoDataRule rule, int ruleIndex) {
        this.rule = rule;
        this.ruleIndex = ruleIndex;
        this.kind = kind;
        limit = null;
        property = 0;
        floating = false;
        propertyName = "";
        unit = "s";
        onDelayMicros = micros(rule.allowed(kind));
        offDelayMicros = 0;
        shownLimit = onDelayMicros / 1e6;
    }

    /** All that is watched about devices of a kind, in the order of the rules. */
    static Watch[] of(Kind kind, List<Rule> rules) {
        List<Watch> watches = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.watches(kind)) {
                watches.add(
                        rule instanceof ThresholdRule threshold
                                ? new Watch(kind, threshold, i)
                                : new Watch(kind, (NoDataRule) rule, i));
            }
        }
        return watches.toArray(Watch[]::new);
    }

    Rule rule() {
        return rule;
    }

    /** The rule's place in its set. */
    int ruleIndex() {
        return ruleIndex;
    }

    Kind kind() {
        return kind;
    }

    /** Null when it watches for silence. */
    @Nullable
    Limit limit() {
        return limit;
    }

    boolean isPresent(BlockReader observation) {
        return observation.has(property);
    }

    double value(BlockReader observation) {
        return floating ? observation.number(property) : (double) observation.bits(property);
    }

    /** The on-delay, or how long a device may be silent. */
    long onDelayMicros() {
        return onDelayMicros;
    }

    long offDelayMicros() {
        return offDelayMicros;
    }

    String propertyName() {
        return propertyName;
    }

    String unit() {
        return unit;
    }

    double shownLimit() {
        return shownLimit;
    }

    private static long micros(Duration duration) {
        return Math.addExact(Math.multiplyExact(duration.getSeconds(), 1_000_000L), duration.getNano() / 1000);
    }
}
