package io.fieldwatch.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class LiveDevicesTest {

    private final FakeClock clock = new FakeClock(Instant.parse("2026-11-23T07:00:00Z"));
    private final City city = new City(clock);
    private final LiveDevices live = new LiveDevices(city.catalogue, city.log, clock);

    @AfterEach
    void stop() {
        live.close();
    }

    @Test
    void keepsTheLastValueOfEachPropertyThoughTheyComeInDifferentObservations() {
        DeviceDefinition air = air("aq-1");
        live.start();
        long time = clock.wallMicros();
        city.observe(air, time, Map.of("pm25", 12.5, "pm10", 30.0));
        city.observe(air, time + 1_000_000, Map.of("pm25", 14.0));
        awaitObservations(2);
        assertThat(values(only())).containsExactlyInAnyOrderEntriesOf(Map.of("pm25", 14.0, "pm10", 30.0));
        assertThat(only().timeMicros()).isEqualTo(time + 1_000_000);
    }

    @Test
    void doesNotLetALateOlderObservationOverwriteANewerOne() {
        DeviceDefinition air = air("aq-1");
        live.start();
        long time = clock.wallMicros();
        city.observe(air, time, Map.of("pm25", 12.5));
        city.observe(air, time - 60_000_000, Map.of("pm25", 99.0, "no2", 7.0));
        awaitObservations(2);
        assertThat(values(only())).containsExactlyInAnyOrderEntriesOf(Map.of("pm25", 12.5, "no2", 7.0));
        assertThat(only().timeMicros()).isEqualTo(time);
    }

    @Test
    void knowsDevicesDefinedBeforeItStartedAndDescribedLater() {
        DeviceDefinition early = air("aq-early");
        live.start();
        assertThat(live.find("aq-early")).hasSize(1);
        DeviceDefinition described = new DeviceDefinition(
                early.number(), early.kind(), early.externalId(), "Tên mới", "Phường Tô Hiệu", 21.3, 103.9);
        city.append(block -> block.device(described));
        await().untilAsserted(() ->
                assertThat(live.find("aq-early").get(0).definition()).isEqualTo(described));
    }

    @Test
    void callsADeviceSilentAfterThreeIntervalsAndNotBefore() {
        DeviceDefinition air = air("aq-1");
        live.start();
        assertThat(only().silent()).as("never heard, but only just started").isFalse();
        city.observe(air, Map.of("pm25", 12.5));
        awaitObservations(1);
        clock.advance(Duration.ofMinutes(3));
        assertThat(only().silent()).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(only().silent()).isTrue();
    }

    @Test
    void countsObservationsOfKindsItDoesNotKnowAndGoesOn() {
        DeviceDefinition air = air("aq-1");
        live.start();
        city.append(block -> {
            block.begin(999, air.number());
            block.setNumber(0, 1);
            assertThat(block.commit(clock.wallMicros(), clock.wallMillis(), 0)).isTrue();
        });
        city.observe(air, Map.of("pm25", 12.5));
        awaitObservations(2);
        assertThat(live.metrics().get(ConsoleMetric.LIVE_UNKNOWN)).isEqualTo(1);
        assertThat(values(only())).containsEntry("pm25", 12.5);
    }

    @Test
    void givesEachChangedDeviceOnceWithWhatChanged() {
        DeviceDefinition first = air("aq-1");
        DeviceDefinition second = air("aq-2");
        air("aq-3");
        live.start();
        city.observe(first, Map.of("pm25", 1.0));
        city.observe(second, Map.of("pm25", 2.0));
        city.observe(first, Map.of("pm10", 3.0));
        awaitObservations(3);
        List<LiveDevice> one = live.takeChanged(1);
        assertThat(one).hasSize(1);
        assertThat(values(one.get(0))).containsExactlyInAnyOrderEntriesOf(Map.of("pm25", 1.0, "pm10", 3.0));
        assertThat(live.takeChanged(10))
                .extracting(device -> device.definition().number())
                .containsExactly(1);
        assertThat(live.takeChanged(10)).isEmpty();
        city.observe(first, Map.of("pm25", 4.0));
        awaitObservations(4);
        assertThat(live.takeChanged(10))
                .singleElement()
                .satisfies(device -> assertThat(values(device)).containsExactlyEntriesOf(Map.of("pm25", 4.0)));
    }

    @Test
    void agreesWithAMapOfMapsOverManyDevicesAndRandomObservations() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] kinds = {"air-quality", "water-level", "traffic-flow"};
        String[][] properties = {{"pm25", "reliability"}, {"currentLevel", "batteryLevel"}, {"intensity", "occupancy"}};
        Map<Integer, Map<String, Double>> expected = new TreeMap<>();
        live.start();
        int rounds = 40;
        int perRound = 100;
        for (int round = 0; round < rounds; round++) {
            while (city.devices.size() < (round + 1) * 12) {
                int kind = city.devices.size() % 3;
                city.define(kinds[kind], "d" + city.devices.size(), "", "", 21, 103);
            }
            long time = clock.wallMicros() + round;
            city.append(block -> {
                for (int i = 0; i < perRound; i++) {
                    DeviceDefinition device = city.devices.get(random.nextInt(city.devices.size()));
                    String property = properties[device.number() % 3][random.nextInt(2)];
                    double value = random.nextInt(1000);
                    city.write(block, device, time, Map.of(property, value));
                    expected.computeIfAbsent(device.number(), n -> new HashMap<>())
                            .put(property, value);
                }
            });
        }
        awaitObservations((long) rounds * perRound);
        Map<Integer, Map<String, Double>> seen = new TreeMap<>();
        for (LiveDevice device : live.snapshot(0, 10_000)) {
            if (!device.values().isEmpty()) {
                seen.put(device.definition().number(), values(device));
            }
        }
        assertThat(seen).as("seed %d", seed).isEqualTo(expected);
        List<Integer> changed = new ArrayList<>();
        for (List<LiveDevice> some = live.takeChanged(7); !some.isEmpty(); some = live.takeChanged(7)) {
            some.forEach(device -> changed.add(device.definition().number()));
        }
        assertThat(changed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected.keySet());
    }

    @Test
    void saysHowFarItIsBehind() {
        live.start();
        await().untilAsserted(() -> assertThat(live.ageMillis()).isZero());
        live.close();
        clock.advance(Duration.ofSeconds(9));
        assertThat(live.ageMillis()).isEqualTo(9000);
    }

    private DeviceDefinition air(String externalId) {
        return city.define("air-quality", externalId, "Trạm " + externalId, "Phường Chiềng An", 21.33, 103.9);
    }

    private void awaitObservations(long count) {
        await().untilAsserted(() ->
                assertThat(live.metrics().get(ConsoleMetric.LIVE_OBSERVATIONS)).isEqualTo(count));
    }

    private LiveDevice only() {
        List<LiveDevice> devices = live.snapshot(0, 10);
        assertThat(devices).hasSize(1);
        return devices.get(0);
    }

    private static Map<String, Double> values(LiveDevice device) {
        Map<String, Double> values = new HashMap<>();
        device.values().forEach(value -> values.put(value.property().name(), Double.longBitsToDouble(value.bits())));
        return values;
    }
}
