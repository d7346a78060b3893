package io.fieldwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Every benchmark runs; speed is printed and not asserted, because the machine is shared. */
final class MicroFiguresTest {

    @Test
    void everyBenchmarkRunsAndPrintsWhatAnObservationCosts() throws Exception {
        List<MicroFigures.Figure> figures = MicroFigures.measure(0, 2, 250);
        figures.forEach(System.out::println);
        assertThat(figures)
                .extracting(MicroFigures.Figure::benchmark)
                .containsExactlyInAnyOrder(
                        "CopyBenchmark.blockToCopyRows",
                        "DecodeBenchmark.jacksonTokenScan",
                        "DecodeBenchmark.publishToBlock",
                        "JournalBenchmark.appendAndForce",
                        "PublishBenchmark.packetToBlock");
        assertThat(figures).allSatisfy(figure -> {
            assertThat(figure.nanos()).isPositive();
            assertThat(figure.bytes()).isNotNegative();
        });
        assertThat(figures)
                .as("encoding rows for COPY allocates nothing")
                .filteredOn(figure -> figure.benchmark().startsWith("CopyBenchmark"))
                .allSatisfy(figure -> assertThat(figure.bytes()).isLessThan(1));
    }
}
