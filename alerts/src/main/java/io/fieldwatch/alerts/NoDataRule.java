package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Kind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Raises when nothing has arrived from a device for too long and clears with the next observation, whatever it says. A
 * device that never spoke is not silent.
 *
 * @param silentFor how long a device may be silent, or null to go by {@code intervals}
 * @param intervals how many of the kind's expected intervals it may miss; then at least {@link #SILENCE_MIN}
 */
public record NoDataRule(RuleHead head, @Nullable Duration silentFor, int intervals) implements Rule {

    /** A device that reports every few seconds is not worth an alert when its radio hiccups. */
    public static final Duration SILENCE_MIN = Duration.ofMinutes(2);

    public NoDataRule {
        if (silentFor == null ? intervals < 1 : silentFor.isZero() || silentFor.isNegative()) {
            throw new IllegalArgumentException("a device may be silent for some time");
        }
    }

    /** How long a device of the kind may be silent. */
    public Duration allowed(Kind kind) {
        if (silentFor != null) {
            return silentFor;
        }
        Duration missed = kind.expectedInterval().multipliedBy(intervals);
        return missed.compareTo(SILENCE_MIN) < 0 ? SILENCE_MIN : missed;
    }

    @Override
    public String definition() {
        return String.join(
                "|",
                "no-data",
                head.kind(),
                head.priority().name(),
                String.valueOf(head.area()),
                String.valueOf(silentFor),
                Integer.toString(intervals));
    }
}
