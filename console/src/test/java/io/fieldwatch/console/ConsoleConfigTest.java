package io.fieldwatch.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fieldwatch.telemetry.Label;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConsoleConfigTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "127.4.5.6"})
    void listensOnThisMachine(String address) {
        assertThat(config(address, false).bindAddress()).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.7"})
    void refusesAnAddressOthersCanReachUnlessAnonymousAccessIsAllowed(String address) {
        assertThatThrownBy(() -> config(address, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(address);
        assertThat(config(address, true).bindAddress()).isEqualTo(address);
    }

    @Test
    void takesTilesOnlyFromAUrlItCanNameInThePolicy() {
        assertThat(tiles("https://tiles.example:8443/{z}/{x}/{y}.png").tileOrigin())
                .contains("https://tiles.example:8443");
        assertThat(MapView.sonLa().tileOrigin()).isEmpty();
        for (String bad : new String[] {
            "https://tiles.example/{z}.png", "javascript:{z}{x}{y}", "https://a; script-src *//{z}/{x}/{y}"
        }) {
            assertThatThrownBy(() -> tiles(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static MapView tiles(String url) {
        return new MapView(21, 103, 12, url, "");
    }

    private static ConsoleConfig config(String address, boolean anonymous) {
        return new ConsoleConfig(
                address, 0, anonymous, new Label("vi", "en"), ZoneId.of("Asia/Ho_Chi_Minh"), MapView.sonLa());
    }
}
