package io.fieldwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Every benchmark runs; speed is printed and not asserted, because the machine is shared. */
final class MicroFiguresTest {

    @Test
    void everyBenchmarkRunsAndPrintsWhatAnObservationCosts() throws Exception {
        List<MicroFigures.Figure> figures = MicroFigures.measure(0, 2, 250);
        MicroFigures.print(figures, System.out);
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
                .as("encoding rows for COPY and reading plain payloads allocate nothing")
                .filteredOn(figure -> figure.benchmark().startsWith("CopyBenchmark")
                        || figure.benchmark().equals("DecodeBenchmark.publishToBlock"))
                .allSatisfy(figure -> assertThat(figure.bytes()).isLessThan(1));
    }
}
