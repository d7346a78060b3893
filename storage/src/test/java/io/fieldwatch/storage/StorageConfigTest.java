package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class StorageConfigTest {

    @Test
    void showsNoPassword() {
        StorageConfig config = StorageConfig.of("jdbc:postgresql://db/city?user=fw&password=s3cret&sslpassword=s3cret")
                .withCredentials("fw", "s3cret");

        assertThat(config.toString())
                .doesNotContain("s3cret")
                .contains("jdbc:postgresql://db/city?user=fw&password=***&sslpassword=***");
    }

    @Test
    void refusesAnotherDatabase() {
        assertThatThrownBy(() -> StorageConfig.of("jdbc:mysql://db/city"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jdbc:postgresql:");
    }
}
