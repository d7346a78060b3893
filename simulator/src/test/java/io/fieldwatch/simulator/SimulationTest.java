package io.fieldwatch.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.simulator.city.City;
import io.fieldwatch.simulator.city.CityDevice;
import io.fieldwatch.simulator.city.Incidents;
import io.fieldwatch.simulator.city.ObservationWriter;
import io.fieldwatch.simulator.ledger.LedgerEntries;
import io.fieldwatch.telemetry.Clock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SimulationTest {

    private static final Duration ACK_TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @Test
    void everyObservationOfTheLedgerArrivesOverBothVersions() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder);
                Subscriber subscriber = new Subscriber(broker.port())) {
            SimulationConfig config = config(broker).withDuration(Duration.ofSeconds(3));
            SimulationStatus status = run(config);

            assertThat(status.published()).isEqualTo(600);
            assertThat(status.acked()).isEqualTo(600);
            assertThat(status.inflight()).isZero();
            assertThat(status.gateways()).isEqualTo(2);
            assertThat(status.reconnects()).isZero();
            Set<String> expected = new HashSet<>();
            for (LedgerEntries.Entry entry : ledger(config, 600)) {
                expected.add("fieldwatch/v1/" + entry.kind() + "/" + entry.device() + " " + entry.payload());
            }
            City city = City.sonLa(config.seed(), config.devices());
            ObservationWriter writer = new ObservationWriter(city, Incidents.none());
            for (CityDevice device : city.devices()) {
                expected.add("fieldwatch/v1/" + device.kind().name() + "/" + device.externalId() + "/about "
                        + new String(writer.about(device), StandardCharsets.UTF_8));
            }
            assertThat(expected).hasSize(650);
            await().untilAsserted(() -> assertThat(messages(subscriber)).isEqualTo(expected));
        }
    }

    @Test
    void batchesCarryConsecutiveObservationsOfOneDevice() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder);
                Subscriber subscriber = new Subscriber(broker.port())) {
            SimulationConfig config = config(broker).withBatch(7).withRate(500).withDuration(Duration.ofSeconds(3));
            SimulationStatus status = run(config);
            // what is not yet a whole batch at the end is not made
            assertThat(status.published()).isBetween(1200L, 1500L).isEqualTo(status.acked());

            Map<String, StringBuilder> byTopic = new HashMap<>();
            for (LedgerEntries.Entry entry : ledger(config, (int) status.published())) {
                byTopic.computeIfAbsent(
                                "fieldwatch/v1/" + entry.kind() + "/" + entry.device(), t -> new StringBuilder())
                        .append(entry.payload());
            }
            await().untilAsserted(() -> {
                Map<String, StringBuilder> arrived = new HashMap<>();
                for (Subscriber.Received message : subscriber.received()) {
                    if (!message.topic().endsWith("/about")) {
                        assertThat(message.payload()).startsWith("[{").endsWith("}]");
                        String joined = message.payload()
                                .substring(1, message.payload().length() - 1)
                                .replace("},{", "}{");
                        arrived.computeIfAbsent(message.topic(), t -> new StringBuilder())
                                .append(joined);
                    }
                }
                assertThat(arrived.keySet()).isEqualTo(byTopic.keySet());
                byTopic.forEach((topic, payloads) ->
                        assertThat(String.valueOf(arrived.get(topic))).isEqualTo(payloads.toString()));
            });
        }
    }

    @Test
    void publishesAgainWhatAKilledBrokerLeftUnacknowledged() throws Exception {
        for (MqttVersions versions : List.of(MqttVersions.MQTT_3_1_1, MqttVersions.MQTT_5)) {
            Path place = Files.createDirectory(folder.resolve(versions.name()));
            try (Mosquitto broker = Mosquitto.start(place)) {
                SimulationConfig config = config(broker)
                        .withVersions(versions)
                        .withRate(2000)
                        .withDuration(Duration.ofSeconds(5))
                        .withLedger(place.resolve("ledger"));
                try (Simulation simulation = new Simulation(config, Clock.system())) {
                    simulation.start();
                    await().until(() -> simulation.status().acked() > 1500);
                    broker.kill();
                    await().until(() -> simulation.status().connected() == 0);
                    // the devices' schedule does not wait for the broker
                    await().until(() -> simulation.status().lateMillis() > 500);
                    broker.start();
                    await().atMost(ACK_TIMEOUT)
                            .until(() -> simulation.ended()
                                    && simulation.status().published() == 10_000
                                    && simulation.status().inflight() == 0);
                    SimulationStatus status = simulation.stop(ACK_TIMEOUT);
                    assertThat(status.acked()).isEqualTo(10_000);
                    assertThat(status.reconnects()).isEqualTo(2);
                }
                assertThat(ledger(config, 10_000)).hasSize(10_000);
            }
        }
    }

    @Test
    void stopsWithoutABrokerAndSaysWhatWasNotAcknowledged() throws Exception {
        Path path = folder.resolve("ledger");
        try (Mosquitto broker = Mosquitto.start(folder)) {
            SimulationConfig config = config(broker).withLedger(path);
            try (Simulation simulation = new Simulation(config, Clock.system())) {
                simulation.start();
                await().until(() -> simulation.status().acked() > 50);
                broker.kill();
                SimulationStatus status = simulation.stop(Duration.ofMillis(500));
                assertThat(status.published()).isEqualTo(status.acked() + status.inflight());
                LedgerEntries entries = LedgerEntries.read(path);
                assertThat(entries.invoked()).hasSize((int) status.published());
                assertThat(entries.acked().cardinality()).isEqualTo((int) status.acked());
            }
        }
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread ->
                        thread.getName().startsWith("MQTT") || thread.getName().startsWith("gateway-")));
    }

    @Test
    void goesOnWithTheSameLedgerInASecondRun() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder)) {
            SimulationConfig config = config(broker).withDuration(Duration.ofSeconds(1));
            assertThat(run(config).acked()).isEqualTo(200);
            assertThat(run(config).acked()).isEqualTo(200);
            assertThat(ledger(config, 400)).hasSize(400);
        }
    }

    @Test
    void refusesAConfigurationThatCannotWork() {
        SimulationConfig config = SimulationConfig.to("127.0.0.1", 1883);
        assertThatThrownBy(() -> config.withDevices(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config.withRate(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config.withBatch(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config.withDuration(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config.withScenario("atlantis")).isInstanceOf(IllegalArgumentException.class);
    }

    private SimulationConfig config(Mosquitto broker) {
        return SimulationConfig.to("127.0.0.1", broker.port())
                .withLoad(50, 200)
                .withSeed(5)
                .withLedger(folder.resolve("ledger"));
    }

    private static SimulationStatus run(SimulationConfig config) throws Exception {
        try (Simulation simulation = new Simulation(config, Clock.system())) {
            simulation.start();
            await().atMost(Duration.ofSeconds(20)).until(simulation::ended);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> simulation.status().inflight() == 0
                            && simulation.status().lateMillis() == 0);
            return simulation.stop(ACK_TIMEOUT);
        }
    }

    /** All of it acknowledged, and every device's times strictly increasing. */
    private static List<LedgerEntries.Entry> ledger(SimulationConfig config, int expected) throws Exception {
        Path path = config.ledger();
        assertThat(path).isNotNull();
        LedgerEntries entries = LedgerEntries.read(path == null ? Path.of("") : path);
        assertThat(entries.acked().cardinality()).isEqualTo(expected);
        Map<String, Long> last = new HashMap<>();
        for (LedgerEntries.Entry entry : entries.invoked()) {
            assertThat(entry.timeMicros()).isGreaterThan(last.getOrDefault(entry.device(), 0L));
            last.put(entry.device(), entry.timeMicros());
        }
        return entries.invoked();
    }

    private static Set<String> messages(Subscriber subscriber) {
        Set<String> messages = new HashSet<>();
        for (Subscriber.Received message : subscriber.received()) {
            messages.add(message.topic() + " " + message.payload());
        }
        return messages;
    }
}
