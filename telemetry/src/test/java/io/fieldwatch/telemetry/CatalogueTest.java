package io.fieldwatch.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {

    private static final String ONE_KIND = """
            version: 3
            kinds:
              - number: 1
                name: traffic-flow
                expectedInterval: 60s
                properties:
                  - {number: 0, name: speed, type: number, min: 0, max: 250}
                  - {number: 1, name: state, type: code, codes: [on, off]}
            """;

    @Test
    void comesWithTenKinds() {
        Catalogue catalogue = Catalogue.builtIn();

        assertThat(catalogue.version()).isEqualTo(1);
        assertThat(catalogue.kinds())
                .extracting(Kind::name)
                .containsExactly(
                        "traffic-flow",
                        "camera",
                        "air-quality",
                        "noise-level",
                        "water-level",
                        "weather",
                        "landslide",
                        "streetlight",
                        "waste-container",
                        "parking");
        assertThat(catalogue.kinds()).extracting(Kind::number).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(catalogue.kinds()).extracting(Kind::table).doesNotHaveDuplicates();
    }

    @Test
    void namesTablesAndColumnsAsPromised() {
        Kind traffic = Catalogue.builtIn().kind("traffic-flow").orElseThrow();

        assertThat(traffic.table()).isEqualTo("traffic_flow");
        assertThat(traffic.properties())
                .extracting(Property::column)
                .startsWith("intensity", "occupancy", "average_vehicle_speed");
        assertThat(traffic.property("averageVehicleSpeed").orElseThrow().unit()).isEqualTo("km/h");
        assertThat(traffic.expectedInterval()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void hasOneColumnForEachPropertyOfABuiltInKind() {
        for (Kind kind : Catalogue.builtIn().kinds()) {
            Set<String> columns = new HashSet<>(Set.of("time", "device_id", "quality"));
            for (Property property : kind.properties()) {
                assertThat(property.column()).matches("[a-z][a-z0-9]*(_[a-z0-9]+)*");
                assertThat(columns.add(property.column()))
                        .as("%s.%s", kind, property.column())
                        .isTrue();
                assertThat(property.label().vi()).isNotBlank();
                assertThat(property.label().en()).isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "averageVehicleSpeed, average_vehicle_speed",
        "pm25, pm25",
        "tiltX, tilt_x",
        "no2, no2",
        "bitrateKbps, bitrate_kbps",
        "traffic-flow, traffic_flow",
        "a1B2, a1_b2"
    })
    void writesNamesInSqlsWay(String name, String sql) {
        assertThat(SqlNames.snakeCase(name)).isEqualTo(sql);
    }

    @Test
    void findsKindsAndPropertiesByNameAndNumber() {
        Catalogue catalogue = CatalogueFile.parse("k.yaml", ONE_KIND);
        Kind kind = catalogue.kind("traffic-flow").orElseThrow();

        assertThat(catalogue.kindOrNull("traffic-flow")).isSameAs(kind);
        assertThat(catalogue.kindOrNull(1)).isSameAs(kind);
        assertThat(catalogue.kindOrNull(2)).isNull();
        assertThat(catalogue.kind("x")).isEmpty();
        assertThat(kind.propertyOrNull(1)).isSameAs(kind.propertyOrNull("state"));
        assertThat(kind.propertyOrNull(63)).isNull();
        assertThat(kind.propertyOrNull("x")).isNull();
        assertThat(kind.property("state").orElseThrow().codes()).containsExactly("on", "off");
    }

    @Test
    void knowsWhatIsPhysicallyPossible() {
        Property speed = CatalogueFile.parse("k.yaml", ONE_KIND)
                .kinds()
                .get(0)
                .properties()
                .get(0);

        assertThat(speed.possible(0)).isTrue();
        assertThat(speed.possible(250)).isTrue();
        assertThat(speed.possible(250.1)).isFalse();
        assertThat(speed.possible(Double.NaN)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: traffic-flow | name: Traffic | line 3: kind name 'Traffic' must be",
                "name: traffic-flow | name: alerts | line 3: kind name 'alerts' is taken",
                "name: traffic-flow | name: device | line 3: kind name 'device' is taken",
                "name: traffic-flow | name: x-named | line 3: kind name 'x-named' is taken",
                "name: traffic-flow | nam: x | line 3: kinds[0].name is missing",
                "expectedInterval: 60s | expectedInterval: 60 | line 5: kinds[0].expectedInterval is '60', but must be a time",
                "expectedInterval: 60s | expectedInterval: 0s | line 3: kind traffic-flow: expectedInterval must be positive",
                "- number: 1 | - number: 65536 | line 3: kinds[0].number is 65536, but must be from 1 to 65535",
                "number: 0, name: speed | number: 64, name: speed | line 7: kinds[0].properties[0].number is 64",
                "number: 1, name: state | number: 0, name: state | line 3: kind traffic-flow: property state or its number is",
                "name: state | name: speed | line 3: kind traffic-flow: property speed or its number is there twice",
                "name: state | name: time | line 8: property name 'time' has a meaning of its own",
                "name: state | name: device | line 8: property name 'device' has a meaning of its own",
                "name: state | name: State | line 8: property name 'State' must be lowerCamelCase",
                "'type: number, min' | 'type: float, min' | line 7: kinds[0].properties[0].type is 'float', but must be one of",
                "min: 0 | min: 251 | line 7: property speed: min 251.0 is above max 250.0",
                "'[on, off]' | '[]' | line 8: property state: texts are listed for type code, and only there",
                "'max: 250' | 'max: 250, uint: km/h' | line 7: kinds[0].properties[0].uint is not a known key; the nearest",
                "version: 3 | version: 0 | line 1: version is 0, but must be from 1",
            })
    void refusesAMistakeWithItsLine(String right, String wrong, String message) {
        assertThat(ONE_KIND).contains(right);
        assertThatExceptionOfType(YamlError.class)
                .isThrownBy(() -> CatalogueFile.parse("k.yaml", ONE_KIND.replace(right, wrong)))
                .withMessageStartingWith("k.yaml " + message);
    }

    @Test
    void refusesTwoKindsWithOneNameNumberOrTable() {
        Kind first = CatalogueFile.parse("k.yaml", ONE_KIND).kinds().get(0);
        Kind sameName = new Kind(2, "traffic-flow", "", first.label(), Duration.ofSeconds(1), first.properties());
        Kind sameNumber = new Kind(1, "other", "", first.label(), Duration.ofSeconds(1), first.properties());

        for (Kind second : List.of(sameName, sameNumber)) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> new Catalogue(1, List.of(first, second)))
                    .withMessageContaining("twice");
        }
    }

    @Test
    void refusesAKindWithoutProperties() {
        assertThatExceptionOfType(YamlError.class)
                .isThrownBy(() -> CatalogueFile.parse(
                        "k.yaml", "version: 1\nkinds:\n  - {number: 1, name: a, expectedInterval: 1s}\n"))
                .withMessage("k.yaml line 3: kind a has no properties");
    }
}
