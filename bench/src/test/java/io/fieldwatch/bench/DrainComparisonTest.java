package io.fieldwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.storage.TestDatabases;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The whole comparison on a real TimescaleDB with few rows: that every way stores all of them, which the harness itself
 * checks, and that its result can be read by a program. How fast it was says nothing here.
 */
final class DrainComparisonTest {

    private static final List<String> RATIOS =
            List.of("drain_to_copy", "drain_to_jdbc", "drain_cpu_to_database_cpu", "drain_to_copy_by_cpu");
    private static final Map<String, String> UNITS = Map.of(
            "raw_copy", "rows/s",
            "drain", "rows/s",
            "jdbc", "rows/s",
            "drain_cpu", "s/million",
            "database_cpu", "s/million",
            "drain_rss_max", "MB",
            "drain_rss_min_after_warmup", "MB");

    @Test
    void everyWayStoresAllRowsAndTheResultIsALineAFigure() throws Exception {
        BenchOptions options = BenchOptions.parse(List.of("--quick", "--only", "drain", "--rows", "20000"));
        ByteArrayOutputStream progress = new ByteArrayOutputStream();
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(progress, true, StandardCharsets.UTF_8);
                PrintStream end = new PrintStream(result, true, StandardCharsets.UTF_8)) {
            new DrainComparison(TestDatabases.TIMESCALE.adminUrl(), options, out)
                    .run()
                    .print(end);
        }
        String said = progress.toString(StandardCharsets.UTF_8);
        assertThat(said)
                .contains("fsync on, synchronous_commit on")
                .contains("raw copy, transactions of 20,000 rows")
                .contains("raw copy, transactions of 100,000 rows")
                .contains("on conflict do nothing")
                .contains("resident MB at each tenth");
        Map<String, Double> values = new HashMap<>();
        for (String line : result.toString(StandardCharsets.UTF_8).lines().toList()) {
            String[] words = line.split(" ", -1);
            assertThat(words[0]).as(line).isIn("ratio", "figure");
            assertThat(words).as(line).hasSize(words[0].equals("ratio") ? 3 : 4);
            if (words[0].equals("figure")) {
                assertThat(words[3]).as(line).isEqualTo(UNITS.get(words[1]));
            }
            values.put(words[1], Double.parseDouble(words[2]));
        }
        assertThat(values)
                .containsOnlyKeys(
                        Stream.concat(RATIOS.stream(), UNITS.keySet().stream()).toList());
        assertThat(values.values()).allSatisfy(value -> assertThat(value).isPositive());
    }
}
