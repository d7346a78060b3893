package io.fieldwatch.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class DeviceDictionaryTest {

    private final DeviceDictionary devices = new DeviceDictionary();

    @Test
    void findsADeviceByNumberAndByIdentity() {
        DeviceDefinition device = DeviceDefinition.undescribed(0, 1, "a");
        assertThat(devices.define(device)).isTrue();

        assertThat(devices.find(0)).isSameAs(device);
        assertThat(devices.find(1, "a")).isSameAs(device);
        assertThat(devices.find(2, "a")).as("the same id of another kind").isNull();
        assertThat(devices.find(1)).isNull();
        assertThat(devices.size()).isEqualTo(1);
    }

    @Test
    void keepsADescriptionUntilAnotherOneComes() {
        DeviceDefinition described = new DeviceDefinition(0, 1, "a", "Ngã tư", null, 21.3, 103.9);
        DeviceDefinition moved = new DeviceDefinition(0, 1, "a", null, null, 21.4, 103.9);
        devices.define(DeviceDefinition.undescribed(0, 1, "a"));

        assertThat(devices.define(described)).isTrue();
        assertThat(devices.define(described)).as("the same again").isFalse();
        assertThat(devices.define(DeviceDefinition.undescribed(0, 1, "a"))).isFalse();
        assertThat(devices.find(0)).isSameAs(described);
        assertThat(devices.define(moved)).isTrue();
        assertThat(devices.find(1, "a")).isSameAs(moved);
        assertThat(devices.all()).containsExactly(moved);
    }

    @Test
    void refusesANumberThatStandsForAnotherDevice() {
        devices.define(DeviceDefinition.undescribed(0, 1, "a"));

        assertThatIllegalStateException().isThrownBy(() -> devices.define(DeviceDefinition.undescribed(0, 1, "b")));
        assertThatIllegalStateException().isThrownBy(() -> devices.define(DeviceDefinition.undescribed(0, 2, "a")));
        assertThat(devices.size()).isEqualTo(1);
    }

    @Test
    void countsToTheHighestNumberWhenSomeAreMissing() {
        devices.define(DeviceDefinition.undescribed(3, 1, "d"));

        assertThat(devices.size()).isEqualTo(4);
        assertThat(devices.find(1)).isNull();
        assertThat(devices.all()).hasSize(1);
    }

    @Test
    void refusesADefinitionThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> DeviceDefinition.undescribed(-1, 1, "a"));
        assertThatIllegalArgumentException().isThrownBy(() -> DeviceDefinition.undescribed(0, 1, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> DeviceDefinition.undescribed(0, 1, "ệ".repeat(43)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeviceDefinition(0, 1, "a", null, null, 90.1, 0))
                .withMessageContaining("not on the globe");
        assertThatIllegalArgumentException().isThrownBy(() -> new DeviceDefinition(0, 1, "a", null, null, 0, -180.1));
    }

    @Test
    void tellsIdentityFromDescription() {
        assertThat(DeviceDefinition.undescribed(0, 1, "a").described()).isFalse();
        assertThat(new DeviceDefinition(0, 1, "a", null, null, 21, Double.NaN).located())
                .isFalse();
        assertThat(new DeviceDefinition(0, 1, "a", null, null, 21, 103).described())
                .isTrue();
        assertThat(new DeviceDefinition(0, 1, "a", null, "x", Double.NaN, Double.NaN).described())
                .isTrue();
    }
}
