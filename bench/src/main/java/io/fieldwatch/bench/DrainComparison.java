package io.fieldwatch.bench;

import io.fieldwatch.bench.JdbcBatches.Variant;
import io.fieldwatch.telemetry.Catalogue;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The same rows into equal empty databases in three ways, one after the other and over again: by {@link RawCopy}, by
 * the engine's own writer, by {@link JdbcBatches}. Ratios are taken within a round, so that both sides had the same
 * machine.
 */
final class DrainComparison {

    /** The better of the two is the limit. */
    static final List<Integer> TRANSACTION_ROWS = List.of(20_000, 100_000);

    private static final int SMALL = TRANSACTION_ROWS.get(0);
    private static final int LARGE = TRANSACTION_ROWS.get(1);
    private static final long WARM_UP_ROWS = 600_000;
    /** Both files of encoded rows, the table, its write-ahead log, per row, rounded up. */
    private static final long DISK_BYTES_PER_ROW = 2 * 110 + 200 + 250;

    private static final long DISK_BYTES_SPARE = 2L << 30;

    private static final int ONCE = 0;

    private final String url;
    private final BenchOptions options;
    private final PrintStream out;
    private final SampleRows rows;
    private final Figures figures = new Figures();
    private int disturbed;
    private int rssMax;
    private int rssMin = Integer.MAX_VALUE;

    /** @param url of a server on which databases may be made */
    DrainComparison(String url, BenchOptions options, PrintStream out) {
        this.url = url;
        this.options = options;
        this.out = out;
        rows = SampleRows.ofYesterday(options.rows());
    }

    /** Prints what it measures as it goes; the figures come at the end. */
    Figures run() throws Exception {
        try (ScratchDirectory scratch = ScratchDirectory.create()) {
            requireRoom(scratch);
            describeServer();
            warmUp(scratch.path());
            long begun = System.nanoTime();
            try (Backlog backlog = Backlog.build(rows, scratch.path().resolve("backlog"));
                    CopyFile small = encode(backlog, SMALL, scratch.path());
                    CopyFile large = encode(backlog, LARGE, scratch.path())) {
                out.printf(
                        Locale.ROOT,
                        "backlog of %,d rows, %,d MB, built and encoded in %.1f s%n",
                        rows.count(),
                        backlog.log().end() >> 20,
                        (System.nanoTime() - begun) / 1e9);
                Map<Integer, CopyFile> raw = new LinkedHashMap<>();
                raw.put(SMALL, small);
                raw.put(LARGE, large);
                for (int round = 1; round <= options.rounds(); round++) {
                    round(round, raw, backlog);
                }
            }
            if (!options.quick()) {
                sortedAsAWhole(scratch.path());
            }
        }
        if (disturbed > 0) {
            out.println("note: during " + disturbed + " of the parts the machine or the server was busy with something "
                    + "else; compare ratios, best drain_to_copy_by_cpu, and measure again when it is quiet");
        }
        if (rssMax > 0) {
            figures.figure("drain_rss_max", rssMax, "MB", 0);
            figures.figure("drain_rss_min_after_warmup", rssMin, "MB", 0);
        }
        return figures;
    }

    /** All ways in one database, whose table each finds empty. */
    private void round(int round, Map<Integer, CopyFile> raw, Backlog backlog) throws Exception {
        try (ScratchDatabase scratch = ScratchDatabase.migrated(url)) {
            List<Measurement> copies = rawCopy(round, raw, scratch);
            Measurement copy = best(copies);
            double copyCpu = copies.stream()
                    .mapToDouble(Measurement::cpuPerMillion)
                    .min()
                    .orElseThrow();
            Measurement drain = drain(round, backlog, scratch);
            Measurement jdbc = jdbc(round, scratch);
            figures.ratio("drain_to_copy", drain.rate() / copy.rate());
            figures.ratio("drain_to_jdbc", drain.rate() / jdbc.rate());
            figures.ratio("drain_to_copy_by_cpu", copyCpu / drain.cpuPerMillion());
            figures.ratio("drain_cpu_to_database_cpu", drain.ownCpuPerMillion() / drain.databaseCpuPerMillion());
            figures.figure("raw_copy", copy.rate(), "rows/s", 0);
            figures.figure("drain", drain.rate(), "rows/s", 0);
            figures.figure("jdbc", jdbc.rate(), "rows/s", 0);
            figures.figure("drain_cpu", drain.ownCpuPerMillion(), "s/million", 3);
            figures.figure("database_cpu", drain.databaseCpuPerMillion(), "s/million", 3);
        }
    }

    private List<Measurement> rawCopy(int round, Map<Integer, CopyFile> encoded, ScratchDatabase scratch)
            throws Exception {
        List<Measurement> all = new ArrayList<>();
        for (Map.Entry<Integer, CopyFile> each : encoded.entrySet()) {
            String what = String.format(Locale.ROOT, "raw copy, transactions of %,d rows", each.getKey());
            all.add(measure(round, what, scratch, rows.count(), () -> RawCopy.send(each.getValue(), scratch.url())));
        }
        return all;
    }

    private Measurement drain(int round, Backlog backlog, ScratchDatabase scratch) throws Exception {
        scratch.emptySampleTable();
        Drain.Result drained = Drain.run(backlog, rows.count(), scratch);
        line(round, "drain", drained.cost());
        out.println("         drain: resident MB at each tenth "
                + drained.rssAtTenths().stream().map(String::valueOf).collect(Collectors.joining(" ")));
        if (drained.retries() > 0) {
            out.println("         drain: " + drained.retries() + " transactions were given up and tried again");
        }
        rssMax = Math.max(rssMax, drained.rssMax());
        rssMin = Math.min(rssMin, drained.rssMinAfterWarmUp());
        return drained.cost();
    }

    private Measurement jdbc(int round, ScratchDatabase scratch) throws Exception {
        long count = Math.min(rows.count(), options.jdbcRows());
        List<Measurement> all = new ArrayList<>();
        for (Variant variant : Variant.ALL) {
            all.add(measure(
                    round,
                    variant.toString(),
                    scratch,
                    count,
                    () -> JdbcBatches.insert(rows, count, variant, scratch.url())));
        }
        return best(all);
    }

    /** For information: what order over all rows would be worth. */
    private void sortedAsAWhole(Path directory) throws Exception {
        try (CopyFile encoded = EncodedLog.sortedAsAWhole(rows, LARGE, directory.resolve("sorted"));
                ScratchDatabase scratch = ScratchDatabase.migrated(url)) {
            measure(
                    ONCE,
                    "raw copy, sorted as a whole",
                    scratch,
                    rows.count(),
                    () -> RawCopy.send(encoded, scratch.url()));
        }
    }

    /** The engine runs for months, so what the first second of a Java machine costs is not of interest. */
    private void warmUp(Path directory) throws Exception {
        SampleRows few = new SampleRows(Math.min(WARM_UP_ROWS, rows.count()), rows.timeMicros(0));
        try (Backlog backlog = Backlog.build(few, directory.resolve("warm-up"));
                ScratchDatabase scratch = ScratchDatabase.migrated(url)) {
            line(ONCE, "warm-up drain", Drain.run(backlog, few.count(), scratch).cost());
            scratch.emptySampleTable();
            JdbcBatches.insert(few, few.count() / 6, Variant.ALL.get(0), scratch.url());
        }
    }

    private Measurement measure(int round, String what, ScratchDatabase scratch, long count, Parallel.Task work)
            throws Exception {
        scratch.emptySampleTable();
        Measurement measured = Meter.measure(scratch, count, work);
        line(round, what, measured);
        return measured;
    }

    private static CopyFile encode(Backlog backlog, int rowsEach, Path directory)
            throws IOException, InterruptedException {
        return EncodedLog.inLogOrder(
                backlog.log(), Catalogue.builtIn(), rowsEach, directory.resolve("copy-" + rowsEach));
    }

    private static Measurement best(List<Measurement> all) {
        return all.stream().max(Comparator.comparingDouble(Measurement::rate)).orElseThrow();
    }

    private void describeServer() throws SQLException {
        try (DatabaseServer server = new DatabaseServer(url)) {
            out.println(server.requireDurable());
            if (server.cpuSeconds().isEmpty()) {
                out.println("the server does not run on this machine: no figures of processor time");
            }
        }
    }

    private void requireRoom(ScratchDirectory scratch) throws IOException {
        long need = Backlog.bytes(rows.count()) + rows.count() * DISK_BYTES_PER_ROW + DISK_BYTES_SPARE;
        long free = scratch.freeBytes();
        if (free < need) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "%,d rows need about %,d MB of disk, the database's share included; %s has %,d MB",
                    rows.count(),
                    need >> 20,
                    scratch.path().getParent(),
                    free >> 20));
        }
    }

    private void line(int round, String what, Measurement measured) {
        String when = round == ONCE ? "once   " : "round " + round;
        out.printf(Locale.ROOT, "%s  %-52s %s%n", when, what, measured);
        disturbed += measured.disturbed() ? 1 : 0;
    }
}
