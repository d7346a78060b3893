package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.IngestMetric;
import java.util.Locale;

/**
 * What each hostile input costs others, as a table, by hand: run this class with the tests' class path. A bystander's
 * acknowledgements are timed before and during each.
 */
public final class HostileReport {

    private static final long BASELINE_MILLIS = 2000;

    private HostileReport() {}

    public static void main(String[] words) throws Exception {
        try (HostileTarget target = new HostileTarget()) {
            double baseline = 0;
            for (int i = 0; i < 3; i++) {
                try (Bystander bystander = new Bystander(target)) {
                    Thread.sleep(BASELINE_MILLIS);
                    baseline = p99(bystander.stop()); // the last one: the machine is warm then
                }
            }
            System.out.printf(Locale.ROOT, "baseline: 99 %% of acknowledgements within %.2f ms%n", baseline);
            System.out.printf(
                    "%3s %-40s %10s %12s %10s %6s%n", "", "input", "heap KiB", "buffers KiB", "p99 ms", "ratio");
            for (HostileInput input : HostileInputs.all()) {
                input.attack().against(target);
                report(target, input, baseline);
            }
        }
    }

    private static void report(HostileTarget target, HostileInput input, double baseline) throws Exception {
        long heap;
        long direct;
        double p99;
        try (Bystander bystander = new Bystander(target)) {
            heap = HostileTarget.heapBytes();
            direct = HostileTarget.directBytes();
        }
        try (Bystander bystander = new Bystander(target)) {
            long until = System.nanoTime() + 1_000_000_000L;
            do {
                input.attack().against(target);
            } while (System.nanoTime() < until);
            p99 = p99(bystander.stop());
        }
        while (target.metric(IngestMetric.CONNECTIONS) > 0) {
            Thread.sleep(10);
        }
        System.out.printf(
                Locale.ROOT,
                "%3d %-40s %10d %12d %10.2f %6.2f%n",
                input.number(),
                input.title(),
                (HostileTarget.heapBytes() - heap) / 1024,
                (HostileTarget.directBytes() - direct) / 1024,
                p99,
                p99 / baseline);
    }

    private static double p99(long[] sorted) {
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length * 99 / 100] / 1e6;
    }
}
