package io.fieldwatch.server.lab;

/**
 * What a run has found.
 *
 * @param cycles how often the engine was killed
 * @param lost observations acknowledged and not stored, and rows that were seen stored and were gone later
 * @param duplicated observations stored more than once, and alerts raised more than once
 * @param corrupt observations stored with other values than were sent
 * @param phantom rows that nobody sent
 */
public record Verdict(int cycles, long lost, long duplicated, long corrupt, long phantom) {

    public boolean clean() {
        return lost == 0 && duplicated == 0 && corrupt == 0 && phantom == 0;
    }

    /** The last line of a run. */
    public String line() {
        return "cycles=" + cycles + " lost=" + lost + " duplicated=" + duplicated + " corrupt=" + corrupt + " phantom="
                + phantom;
    }
}
