package io.fieldwatch.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class JournalConfigTest {

    private static final Path DIRECTORY = Path.of("journal");

    @Test
    void ordinaryLimitsFitTogether() {
        assertThat(JournalConfig.of(DIRECTORY, Set.of("storage")).name()).isEqualTo("journal");
    }

    @Test
    void refusesLimitsThatCannotHoldTogether() {
        Set<String> readers = Set.of("storage");
        assertThatThrownBy(() -> JournalConfig.of(DIRECTORY, Set.of())).hasMessageContaining("durable readers");
        assertThatThrownBy(() -> JournalConfig.of(DIRECTORY, readers).withBudgetBytes(100_000_000))
                .hasMessageContaining("budgetBytes");
        assertThatThrownBy(() -> new JournalConfig(DIRECTORY, 4096, 1 << 20, 3000, 10, 100, readers))
                .hasMessageContaining("segmentBytes");
        assertThatThrownBy(() -> new JournalConfig(DIRECTORY, 4096, 1 << 20, 1000, 10, 1000, readers))
                .hasMessageContaining("queueBytesMax");
    }
}
