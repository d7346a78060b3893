package io.fieldwatch.simulator.city;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CityTest {

    private static final long TIME = Instant.parse("2026-11-23T07:00:00.250Z").toEpochMilli() * 1000 + 7;

    @Test
    void sameSeedAndSameTimesGiveTheSameBytes() {
        assertThat(everything(7)).isEqualTo(everything(7));
    }

    @Test
    void anotherSeedGivesAnotherCity() {
        assertThat(everything(8)).isNotEqualTo(everything(7));
    }

    @Test
    void theBytesDoNotDependOnWhatWasAskedBefore() {
        City city = City.sonLa(3, 20);
        CityDevice device = city.devices().get(5);
        ObservationWriter fresh = new ObservationWriter(city, Incidents.none());
        ObservationWriter used = new ObservationWriter(city, Incidents.none());
        for (CityDevice other : city.devices()) {
            assertThat(used.observation(other, TIME + 1)).isNotEmpty();
        }
        assertThat(used.observation(device, TIME)).isEqualTo(fresh.observation(device, TIME));
    }

    @Test
    void aLargerCityBeginsWithTheSmallerOne() {
        assertThat(externalIds(City.sonLa(1, 300)).subList(0, 40)).isEqualTo(externalIds(City.sonLa(1, 40)));
    }

    @Test
    void tenDevicesAreOneOfEachKind() {
        assertThat(City.sonLa(1, 10).devices())
                .extracting(device -> device.kind().name())
                .containsExactlyInAnyOrderElementsOf(
                        Catalogue.builtIn().kinds().stream().map(Kind::name).toList());
    }

    @Test
    void idsAndNamesAreUniqueAndPlacesAreInTheCity() {
        List<CityDevice> devices = City.sonLa(42, 1000).devices();
        assertThat(devices).extracting(CityDevice::externalId).doesNotHaveDuplicates();
        assertThat(devices).extracting(CityDevice::name).doesNotHaveDuplicates();
        assertThat(devices)
                .extracting(CityDevice::area)
                .containsOnly("Tô Hiệu", "Chiềng An", "Chiềng Cơi", "Chiềng Sinh");
        assertThat(devices).allSatisfy(device -> {
            assertThat(device.lat()).isBetween(21.27, 21.38);
            assertThat(device.lon()).isBetween(103.87, 103.98);
        });
        assertThat(devices.get(0).externalId()).isEqualTo("tf-0001");
    }

    @Test
    void stampsTimesInBothFormsOfTheContract() {
        City city = City.sonLa(1, 8);
        ObservationWriter writer = new ObservationWriter(city, Incidents.none());
        assertThat(text(writer.observation(city.devices().get(0), TIME)))
                .startsWith("{\"time\":\"2026-11-23T07:00:00.250007Z\",\"intensity\":");
        assertThat(text(writer.observation(city.devices().get(3), TIME - 7)))
                .startsWith("{\"time\":1795417200250,\"precipitation\":");
        assertThat(text(writer.observation(city.devices().get(3), TIME)))
                .startsWith("{\"time\":\"2026-11-23T07:00:00.250007Z\"");
    }

    @Test
    void joinsObservationsToAnArray() {
        City city = City.sonLa(1, 1);
        ObservationWriter writer = new ObservationWriter(city, Incidents.none());
        byte[] first = writer.observation(city.devices().get(0), TIME);
        byte[] second = writer.observation(city.devices().get(0), TIME + 1);
        assertThat(text(writer.array(List.of(first, second)))).isEqualTo("[" + text(first) + "," + text(second) + "]");
    }

    @Test
    void describesADevice() {
        City city = City.sonLa(1, 1);
        CityDevice device = city.devices().get(0);
        assertThat(text(new ObservationWriter(city, Incidents.none()).about(device)))
                .isEqualTo("{\"name\":\"" + device.name() + "\",\"area\":\"" + device.area() + "\",\"lat\":"
                        + device.lat() + ",\"lon\":" + device.lon() + "}");
    }

    @Test
    void refusesACityWithoutDevices() {
        assertThatThrownBy(() -> City.sonLa(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String everything(long seed) {
        City city = City.sonLa(seed, 50);
        ObservationWriter writer = new ObservationWriter(city, Incidents.sonLaDemo(city, TIME));
        return city.devices().stream()
                .map(device -> text(writer.about(device)) + text(writer.observation(device, TIME + 15_000_000)))
                .collect(Collectors.joining("\n"));
    }

    private static List<String> externalIds(City city) {
        return city.devices().stream()
                .map(device -> device.externalId() + device.name() + device.lat())
                .toList();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
