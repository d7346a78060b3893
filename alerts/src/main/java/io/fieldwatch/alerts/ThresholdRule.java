package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Property;
import java.time.Duration;

/**
 * Raises when a property is beyond its limit for the on-delay and clears when it is back for the off-delay, both in
 * event time.
 */
public record ThresholdRule(RuleHead head, Property property, Limit limit, Duration onDelay, Duration offDelay)
        implements Rule {

    static final Duration DELAY_MAX = Duration.ofDays(7);

    /**
     * @throws IllegalArgumentException when the condition could never begin or never end, because the property cannot
     *     have such a value
     */
    public ThresholdRule {
        requireDelay("onDelay", onDelay);
        requireDelay("offDelay", offDelay);
        double value = limit.value();
        switch (limit.side()) {
            case ABOVE -> {
                require(value < property.max(), "no possible value is above " + value);
                require(
                        value - limit.deadband() >= property.min(),
                        "it could never clear: no possible value is below " + value + " by " + limit.deadband());
            }
            case BELOW -> {
                require(value > property.min(), "no possible value is below " + value);
                require(
                        value + limit.deadband() <= property.max(),
                        "it could never clear: no possible value is above " + value + " by " + limit.deadband());
            }
            case EQUALS -> require(limit.deadband() == 0, "a deadband has no meaning with equals");
        }
    }

    @Override
    public String definition() {
        return String.join(
                "|",
                "threshold",
                head.kind(),
                head.priority().name(),
                String.valueOf(head.area()),
                property.name(),
                property.type().name(),
                limit.side().name(),
                Double.toString(limit.value()),
                Double.toString(limit.deadband()),
                onDelay.toString(),
                offDelay.toString());
    }

    private static void requireDelay(String name, Duration delay) {
        require(
                !delay.isNegative() && delay.compareTo(DELAY_MAX) <= 0,
                name + " must be from 0 to " + DELAY_MAX.toDays() + "d");
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }
}
