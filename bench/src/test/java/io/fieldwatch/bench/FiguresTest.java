package io.fieldwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FiguresTest {

    @Test
    void printsTheMedianOfTheRounds() {
        Figures figures = new Figures();
        for (double value : new double[] {0.9, 0.1, 0.8}) {
            figures.ratio("drain_to_copy", value);
        }
        figures.figure("drain", 100, "rows/s", 0);
        figures.figure("drain", 301, "rows/s", 0);
        assertThat(printed(figures)).containsExactly("ratio drain_to_copy 0.800", "figure drain 201 rows/s");
    }

    @Test
    void leavesOutWhatCouldNotBeMeasured() {
        Figures figures = new Figures();
        figures.figure("database_cpu", Double.NaN, "s/million", 3);
        assertThat(printed(figures)).isEmpty();
    }

    private static List<String> printed(Figures figures) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        figures.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
