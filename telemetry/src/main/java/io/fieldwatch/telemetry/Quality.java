package io.fieldwatch.telemetry;

/**
 * Quality flags of an observation: 16 bits, 0 is good. They are stored in the column {@code quality}; the raw values are
 * always kept.
 */
public final class Quality {

    public static final int GOOD = 0;
    /** The device sent no time; the time is the arrival's. Not a defect. */
    public static final int TIME_FROM_ARRIVAL = 1;
    /** A value outside its property's physical range. */
    public static final int OUT_OF_RANGE = 1 << 1;
    /** The device's time is ahead of the server's by more than a clock error explains. */
    public static final int CLOCK_AHEAD = 1 << 2;

    /** Flags that make an observation unfit to raise an alert about the process it measures. */
    public static final int SUSPECT = OUT_OF_RANGE | CLOCK_AHEAD;

    private Quality() {}

    public static boolean suspect(int quality) {
        return (quality & SUSPECT) != 0;
    }
}
