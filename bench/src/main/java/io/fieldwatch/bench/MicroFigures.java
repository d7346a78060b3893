package io.fieldwatch.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the JMH benchmarks and reads off what one observation costs. */
final class MicroFigures {

    /**
     * One figure.
     *
     * @param benchmark class and method
     * @param nanos nanoseconds per observation
     * @param bytes bytes allocated per observation
     */
    record Figure(String benchmark, double nanos, double bytes) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%-36s %10.1f ns/observation %8.1f B/observation", benchmark, nanos, bytes);
        }
    }

    private static final String YARDSTICK = "DecodeBenchmark.jacksonTokenScan";

    private MicroFigures() {}

    /** Each of them, and what the ways into the block cost beside the bare scan of the same payload. */
    static void print(List<Figure> figures, PrintStream out) {
        figures.forEach(out::println);
        double scan = nanos(figures, YARDSTICK);
        out.printf(
                Locale.ROOT, "ratio payload_to_scan %.3f%n", nanos(figures, "DecodeBenchmark.publishToBlock") / scan);
        out.printf(Locale.ROOT, "ratio packet_to_scan %.3f%n", nanos(figures, "PublishBenchmark.packetToBlock") / scan);
    }

    private static double nanos(List<Figure> figures, String benchmark) {
        return figures.stream()
                .filter(figure -> figure.benchmark().equals(benchmark))
                .mapToDouble(Figure::nanos)
                .findFirst()
                .orElse(Double.NaN);
    }

    /**
     * Measures all of them.
     *
     * @param forks 0 runs inside this process: fine for a smoke test, not for a figure to keep
     */
    static List<Figure> measure(int forks, int iterations, long millisEach) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("io\\.fieldwatch\\..*")
                .forks(forks)
                .warmupIterations(iterations)
                .warmupTime(TimeValue.milliseconds(millisEach))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.milliseconds(millisEach))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        Collection<RunResult> results = new Runner(options.build()).run();
        List<Figure> figures = new ArrayList<>();
        for (RunResult result : results) {
            String name = result.getParams().getBenchmark().replaceAll(".*\\.(\\w+\\.\\w+)$", "$1");
            Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
            figures.add(new Figure(
                    name, result.getPrimaryResult().getScore(), allocated == null ? Double.NaN : allocated.getScore()));
        }
        return figures;
    }
}
