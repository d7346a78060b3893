package io.fieldwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class BenchOptionsTest {

    @Test
    void measuresBothPartsUnlessOneIsAskedFor() {
        assertThat(BenchOptions.parse(List.of())).matches(options -> options.drain() && options.endToEnd());
        assertThat(BenchOptions.parse(List.of("--only", "drain")))
                .matches(options -> options.drain() && !options.endToEnd());
        assertThat(BenchOptions.parse(List.of("--only", "end-to-end")))
                .matches(options -> !options.drain() && options.endToEnd());
    }

    @Test
    void takesNumbersAndTheDatabase() {
        BenchOptions options =
                BenchOptions.parse(List.of("--rows", "20000000", "--quick", "--rounds", "2", "--db", "jdbc:x"));
        assertThat(options.rows()).isEqualTo(20_000_000);
        assertThat(options.rounds()).isEqualTo(2);
        assertThat(options.url()).isEqualTo("jdbc:x");
        assertThat(options.quick()).isTrue();
    }

    @Test
    void saysWhatIsWrongWithTheArguments() {
        for (List<String> wrong : List.of(
                List.of("--rows"),
                List.of("--rows", "many"),
                List.of("--rows", "0"),
                List.of("--rounds", "-1"),
                List.of("--only", "everything"),
                List.of("--fast"))) {
            assertThatIllegalArgumentException().isThrownBy(() -> BenchOptions.parse(wrong));
        }
    }
}
