package io.fieldwatch.simulator.city;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whether the city says what is physically possible, alerts nobody on an ordinary day, and does when it should. */
class PlausibilityTest {

    private static final long DAY_START = Instant.parse("2026-11-22T17:00:00Z").getEpochSecond() * 1_000_000;
    private static final long TEN_MINUTES = 600_000_000L;
    private static final long SECOND = 1_000_000L;

    // The limits of the default rules; whatever reaches one raises an alert.
    private static final Map<String, Double> UPPER_LIMITS = Map.ofEntries(
            Map.entry("air-quality.pm25", 45.0),
            Map.entry("air-quality.pm10", 100.0),
            Map.entry("air-quality.so2", 125.0),
            Map.entry("air-quality.no2", 100.0),
            Map.entry("air-quality.o3", 120.0),
            Map.entry("air-quality.co", 10_000.0),
            Map.entry("air-quality.airQualityIndex", 101.0),
            Map.entry("noise-level.laeq", 70.0),
            Map.entry("noise-level.lamax", 85.0),
            Map.entry("water-level.currentLevel", 280.0),
            Map.entry("weather.precipitationHour", 30.0),
            Map.entry("weather.precipitationDay", 51.0),
            Map.entry("landslide.tiltRate", 0.01),
            Map.entry("waste-container.temperature", 60.0),
            Map.entry("waste-container.fillingLevel", 0.90),
            Map.entry("camera.frameAgeSeconds", 60.0),
            Map.entry("streetlight.voltage", 253.0),
            Map.entry("parking.occupancyRate", 0.98));
    private static final Map<String, Double> LOWER_LIMITS = Map.of(
            "camera.fps", 5.0,
            "camera.plateReadRate", 0.5,
            "streetlight.voltage", 198.0,
            "landslide.tiltRate", -0.01);
    private static final double CONGESTED_SPEED = 15;
    private static final double CONGESTED_OCCUPANCY = 0.35;
    private static final double BATTERY_LOW = 0.2;

    private final City city = City.sonLa(20261123, 400);
    private final JsonFactory jsonFactory = new JsonFactory();

    @Test
    void everyValueOfADayIsInTheCataloguesRangeAndEveryPropertyIsThere() throws IOException {
        ObservationWriter writer = new ObservationWriter(city, Incidents.none());
        for (long time = DAY_START; time < DAY_START + 144 * TEN_MINUTES; time += TEN_MINUTES) {
            for (CityDevice device : city.devices()) {
                Map<String, Object> values = parse(writer.observation(device, time));
                assertPossible(device, values);
            }
        }
    }

    @Test
    void anOrdinaryDayAlertsNobody() throws IOException {
        ObservationWriter writer = new ObservationWriter(city, Incidents.none());
        List<String> exceeded = new ArrayList<>();
        // a winter and a summer day
        for (long start : new long[] {DAY_START, DAY_START - 150 * 144 * TEN_MINUTES}) {
            for (long time = start; time < start + 144 * TEN_MINUTES; time += TEN_MINUTES) {
                for (CityDevice device : city.devices()) {
                    exceeded.addAll(exceeded(device, parse(writer.observation(device, time))));
                }
            }
        }
        assertThat(exceeded).isEmpty();
    }

    @Test
    void aDemonstrationOfThirtySecondsRaisesFiveIncidents() throws IOException {
        Incidents incidents = Incidents.sonLaDemo(city, DAY_START);
        ObservationWriter writer = new ObservationWriter(city, incidents);
        Map<String, Long> first = new HashMap<>();
        for (long offset = 0; offset < 30; offset++) {
            for (CityDevice device : city.devices()) {
                long time = DAY_START + offset * SECOND;
                Map<String, Object> values = parse(writer.observation(device, time));
                assertPossible(device, values);
                List<String> exceeded = exceeded(device, values);
                if (!incidents.activeAt(device, time)) {
                    assertThat(exceeded).isEmpty();
                }
                for (String what : exceeded) {
                    first.putIfAbsent(what, offset);
                }
            }
        }
        assertThat(first)
                .containsEntry("traffic-flow congested", 4L)
                .containsEntry("waste-container.temperature", 8L)
                .containsEntry("waste-container burning", 8L)
                .containsEntry("weather.precipitationHour", 10L)
                .containsEntry("landslide.tiltRate", 12L)
                .containsKey("water-level.currentLevel");
        assertThat(first.get("water-level.currentLevel")).isBetween(7L, 15L);
    }

    @Test
    void theFloodPassesAllThreeAlarmLevelsAndGoes() throws IOException {
        ObservationWriter writer = new ObservationWriter(city, Incidents.sonLaDemo(city, DAY_START));
        CityDevice station = city.devices().get(1);
        List<Double> levels = new ArrayList<>();
        for (long offset = 0; offset < 120; offset++) {
            levels.add((Double) parse(writer.observation(station, DAY_START + offset * SECOND))
                    .get("currentLevel"));
        }
        assertThat(levels.subList(0, 6)).allMatch(level -> level < 279.5);
        assertThat(levels.subList(6, 30))
                .anyMatch(level -> level >= 280.0 && level < 280.8)
                .anyMatch(level -> level >= 280.8 && level < 281.5)
                .anyMatch(level -> level >= 281.5);
        assertThat(levels.subList(66, 120)).allMatch(level -> level < 279.5);
    }

    @Test
    void incidentsComeBackWithOtherDevices() {
        Incidents incidents = Incidents.sonLaDemo(city, DAY_START);
        long during = DAY_START + 20 * SECOND;
        List<CityDevice> first = struck(incidents, during);
        List<CityDevice> second = struck(incidents, during + Incidents.ROUND_MICROS);
        assertThat(first).hasSize(5);
        assertThat(second).hasSize(5).doesNotContainAnyElementsOf(first);
        assertThat(struck(incidents, DAY_START + 100 * SECOND)).isEmpty();
        assertThat(struck(incidents, DAY_START - 160 * SECOND)).isEmpty();
    }

    private List<CityDevice> struck(Incidents incidents, long time) {
        return city.devices().stream()
                .filter(device -> incidents.activeAt(device, time))
                .toList();
    }

    private static void assertPossible(CityDevice device, Map<String, Object> values) {
        assertThat(values.keySet()).hasSize(device.kind().properties().size());
        for (Property property : device.kind().properties()) {
            Object value = values.get(property.name());
            boolean numeric = property.type() == PropertyType.NUMBER || property.type() == PropertyType.INTEGER;
            if (numeric && !(value instanceof Double number && property.possible(number))) {
                throw new AssertionError(device.externalId() + "." + property.name() + " = " + value);
            }
        }
    }

    private static List<String> exceeded(CityDevice device, Map<String, Object> values) {
        List<String> exceeded = new ArrayList<>();
        String kind = device.kind().name();
        values.forEach((property, value) -> {
            String name = kind + "." + property;
            if (value instanceof Double number
                    && (number >= UPPER_LIMITS.getOrDefault(name, Double.POSITIVE_INFINITY)
                            || number <= LOWER_LIMITS.getOrDefault(name, Double.NEGATIVE_INFINITY)
                            || (property.equals("batteryLevel") && number < BATTERY_LOW))) {
                exceeded.add(name);
            }
        });
        if (Boolean.TRUE.equals(values.get("congested"))
                || (values.get("averageVehicleSpeed") instanceof Double speed
                        && speed < CONGESTED_SPEED
                        && values.get("occupancy") instanceof Double occupancy
                        && occupancy > CONGESTED_OCCUPANCY)) {
            exceeded.add(kind + " congested");
        }
        if ("burning".equals(values.get("status"))) {
            exceeded.add(kind + " burning");
        }
        if (Boolean.FALSE.equals(values.get("on")) || "defectiveLamp".equals(values.get("status"))) {
            exceeded.add(kind + " broken");
        }
        return exceeded;
    }

    private Map<String, Object> parse(byte[] payload) throws IOException {
        Map<String, Object> values = new HashMap<>();
        try (JsonParser json = jsonFactory.createParser(payload)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                switch (json.nextToken()) {
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> values.put(name, json.getDoubleValue());
                    case VALUE_TRUE, VALUE_FALSE -> values.put(name, json.getBooleanValue());
                    default -> values.put(name, json.getText());
                }
            }
        }
        values.remove("time");
        return values;
    }
}
