package io.fieldwatch.alerts;

/**
 * The value a rule compares with. Between the limit and the limit less its deadband nothing begins and nothing ends, so
 * that a value swaying about the limit is one alert and not a hundred.
 *
 * @param value in the property's unit; for {@link Side#EQUALS} a boolean as 0 or 1, a code as its index
 * @param deadband in the property's unit, 0 or more
 */
public record Limit(Side side, double value, double deadband) {

    /** On which side of the limit the condition is true. */
    public enum Side {
        ABOVE,
        BELOW,
        EQUALS
    }

    public Limit {
        if (!Double.isFinite(value) || !Double.isFinite(deadband)) {
            throw new IllegalArgumentException("limit " + value + " and deadband " + deadband + " must be finite");
        }
        if (deadband < 0) {
            throw new IllegalArgumentException(
                    "deadband " + deadband + " is on the wrong side: the alert would clear before the limit is left");
        }
    }

    /** Whether the value is beyond the limit. */
    public boolean violatedBy(double observed) {
        return switch (side) {
            case ABOVE -> observed > value;
            case BELOW -> observed < value;
            case EQUALS -> observed == value;
        };
    }

    /** Whether the value is back on the good side by the whole deadband. */
    public boolean clearedBy(double observed) {
        return switch (side) {
            case ABOVE -> observed <= value - deadband;
            case BELOW -> observed >= value + deadband;
            case EQUALS -> observed != value;
        };
    }
}
