package io.fieldwatch.journal;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How fast a backlog grows, over about the last minute. Readers release in jumps (the alerts at each checkpoint, every ten
 * seconds), so a backlog that does not grow still looks like a saw. Therefore the rate goes through the lowest value of
 * each step of 15 seconds. It is known after two steps. One thread at a time.
 */
final class FillRate {

    private static final long STEP_NANOS = 15_000_000_000L;
    private static final int STEPS_MAX = 5; // a minute between the first and the last
    private static final double NANOS = 1e9;

    private final Deque<Low> lows = new ArrayDeque<>();
    private long stepNanos;
    private Low low;

    private record Low(long nanos, long bytes) {}

    FillRate(long nowNanos, long backlogBytes) {
        stepNanos = nowNanos;
        low = new Low(nowNanos, backlogBytes);
    }

    void look(long nowNanos, long backlogBytes) {
        if (nowNanos - stepNanos >= STEP_NANOS) {
            lows.addLast(low);
            if (lows.size() > STEPS_MAX) {
                lows.removeFirst();
            }
            stepNanos = nowNanos;
            low = new Low(nowNanos, backlogBytes);
        } else if (backlogBytes <= low.bytes) {
            low = new Low(nowNanos, backlogBytes);
        }
    }

    /** Bytes a second; 0 while it is not known. */
    double perSecond() {
        if (lows.size() < 2) {
            return 0;
        }
        Low first = lows.getFirst();
        Low last = lows.getLast();
        return (last.bytes - first.bytes) * NANOS / (last.nanos - first.nanos);
    }
}
