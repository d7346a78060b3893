package io.fieldwatch.simulator.load;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What one event loop counts. Belongs to it; others read after it has ended, or a copy made on it. */
final class LoadFigures {

    /** Latencies in microseconds up to two minutes, to three digits. */
    final Histogram latency = new Histogram(TimeUnit.MINUTES.toMicros(2), 3);

    final Histogram connecting = new Histogram(TimeUnit.MINUTES.toMicros(10), 3);

    long published;
    long acked;
    long refused;
    long resent;
    long counted;
    long bytesSent;
    long connects;
    long lost;
    int connected;
    int lastReason;

    void add(LoadFigures other) {
        latency.add(other.latency);
        connecting.add(other.connecting);
        published += other.published;
        acked += other.acked;
        refused += other.refused;
        resent += other.resent;
        counted += other.counted;
        bytesSent += other.bytesSent;
        connects += other.connects;
        lost += other.lost;
        connected += other.connected;
        lastReason = Math.max(lastReason, other.lastReason);
    }

    static void record(Histogram histogram, long nanos) {
        long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
        histogram.recordValue(Math.max(0, Math.min(histogram.getHighestTrackableValue(), micros)));
    }
}
