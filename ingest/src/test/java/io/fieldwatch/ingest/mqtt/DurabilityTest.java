package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fieldwatch.ingest.BlockConfig;
import io.fieldwatch.ingest.IngestMetric;
import io.fieldwatch.ingest.Records;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an acknowledgement is worth, with the clients that devices use. */
@Timeout(120)
class DurabilityTest {

    private static final String TOPIC = "fieldwatch/v1/traffic-flow/";

    @Test
    void withholdsThePubackUntilTheObservationIsDurable() throws Exception {
        try (Engine engine = new Engine();
                RawClient client = engine.raw()) {
            client.connect3("a", 30).read();
            engine.log.hold();
            client.publish3(2, 1, TOPIC + "cam-1", "{\"intensity\":1}");
            assertThat(client.hasNothingToRead(300)).isTrue();
            assertThat(engine.metric(IngestMetric.OBSERVATIONS_RECEIVED)).isEqualTo(1);
            assertThat(engine.metric(IngestMetric.OBSERVATIONS_ACCEPTED)).isZero();
            engine.log.releaseHeld();
            assertThat(client.read()).isEqualTo("40020001");
            assertThat(engine.metric(IngestMetric.OBSERVATIONS_ACCEPTED)).isEqualTo(1);
        }
    }

    @Test
    void disconnectsWhoeverWaitsTooLongForItsPuback() throws Exception {
        BlockConfig blocks = new BlockConfig(2, 1 << 20, 8, Duration.ofMillis(400));
        try (Engine engine = new Engine(blocks, Engine.standard());
                RawClient client = engine.raw();
                RawClient idle = engine.raw()) {
            client.connect5("a", 30).read();
            idle.connect5("b", 30).read();
            engine.log.hold();
            client.publish5(2, 1, TOPIC + "cam-1", "00", "{\"intensity\":1}");
            assertThat(client.read()).isEqualTo("e00189");
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
            assertThat(idle.send("c000").read()).isEqualTo("d000");
            assertThat(engine.metric(IngestMetric.ACKS_OVERDUE)).isEqualTo(1);
            engine.log.releaseHeld();
        }
    }

    @Test
    void readsNothingWhileTheLogHasNoRoomAndLosesNothing() throws Exception {
        BlockConfig blocks = new BlockConfig(1, 192 * 1024, 3, Duration.ofSeconds(30));
        try (Engine engine = new Engine(blocks, Engine.standard())) {
            int each = 3000;
            CountDownLatch acknowledged = new CountDownLatch(each * 2);
            PahoClient one = new PahoClient(engine.uri(), "one", acknowledged);
            PahoClient two = new PahoClient(engine.uri(), "two", acknowledged);
            engine.log.accept(false);
            Thread first = one.publishInBackground(each, 1);
            Thread second = two.publishInBackground(each, 1);
            await().until(() -> engine.metric(IngestMetric.PAUSES) > 0);
            Thread.sleep(500);
            assertThat(acknowledged.getCount()).isEqualTo(each * 2L);
            assertThat(engine.metric(IngestMetric.MESSAGES_RECEIVED)).isLessThan(each);

            engine.log.accept(true);
            assertThat(acknowledged.await(60, TimeUnit.SECONDS)).isTrue();
            first.join();
            second.join();
            assertThat(one.lost()).isNull();
            assertThat(two.lost()).isNull();
            assertStoredOnce(engine.records(), "one", each);
            assertStoredOnce(engine.records(), "two", each);
            one.close();
            two.close();
            assertBalanced(engine, each * 2L);
        }
    }

    @Test
    void doesNotCountItsOwnPauseAsTheClientsSilence() throws Exception {
        try (Engine engine = new Engine();
                RawClient client = engine.raw()) {
            client.connect3("a", 1).read();
            engine.log.accept(false);
            client.publish3(2, 1, TOPIC + "cam-1", "{\"intensity\":1}");
            for (int i = 0; i < 6; i++) {
                Thread.sleep(500);
                client.send("c000");
            }
            engine.log.accept(true);
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                answers.add(client.read());
            }
            assertThat(answers).containsOnly("d000", "40020001").containsOnlyOnce("40020001");
        }
    }

    @Test
    void forgetsWhatAClientThatLeftHadSentDuringAPause() throws Exception {
        try (Engine engine = new Engine()) {
            engine.log.accept(false);
            for (int i = 0; i < 20; i++) {
                try (RawClient client = engine.raw()) {
                    client.connect3("c" + i, 30).publish3(2, 1, TOPIC + "cam-" + i, "{\"intensity\":1}");
                    Thread.sleep(20);
                }
            }
            engine.log.accept(true);
            await().until(() -> engine.metric(IngestMetric.CONNECTIONS) == 0);
            try (RawClient client = engine.raw()) {
                client.connect3("last", 30).read();
                assertThat(client.publish3(2, 1, TOPIC + "last", "{\"intensity\":1}")
                                .read())
                        .isEqualTo("40020001");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void takesMessagesOfPaho3InEveryQos(int qos) throws Exception {
        try (Engine engine = new Engine()) {
            int messages = 200;
            CountDownLatch delivered = new CountDownLatch(messages);
            PahoClient client = new PahoClient(engine.uri(), "paho", delivered);
            client.publishInBackground(messages, qos).join();
            await().until(() -> engine.metric(IngestMetric.OBSERVATIONS_ACCEPTED) == messages);
            assertThat(delivered.await(10, TimeUnit.SECONDS)).isTrue();
            client.close();
            assertStoredOnce(engine.records(), "paho", messages);
        }
    }

    @Test
    void takesMessagesOfPaho5() throws Exception {
        try (Engine engine = new Engine()) {
            var client = new org.eclipse.paho.mqttv5.client.MqttClient(
                    engine.uri(), "paho5", new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
            var options = new org.eclipse.paho.mqttv5.client.MqttConnectionOptions();
            options.setTopicAliasMaximum(10);
            client.connect(options);
            for (int i = 0; i < 300; i++) {
                byte[] payload = ("{\"intensity\":" + i + "}").getBytes(StandardCharsets.UTF_8);
                client.publish(TOPIC + "paho5", payload, i < 150 ? 0 : 1, false);
            }
            await().until(() -> engine.metric(IngestMetric.OBSERVATIONS_ACCEPTED) == 300);
            client.disconnect();
            client.close();
            assertStoredOnce(engine.records(), "paho5", 300);
        }
    }

    @Test
    void acceptsTwentyThousandMessagesOfFourClients() throws Exception {
        try (Engine engine = new Engine()) {
            int each = 5000;
            CountDownLatch acknowledged = new CountDownLatch(each * 4);
            List<PahoClient> clients = new ArrayList<>();
            List<Thread> publishers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                PahoClient client = new PahoClient(engine.uri(), "cam-" + i, acknowledged);
                clients.add(client);
                publishers.add(client.publishInBackground(each, 1));
            }
            assertThat(acknowledged.await(60, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 4; i++) {
                publishers.get(i).join();
                clients.get(i).close();
                assertStoredOnce(engine.records(), "cam-" + i, each);
            }
            assertBalanced(engine, each * 4L);
            assertThat(engine.metric(IngestMetric.ACKS_SENT)).isEqualTo(each * 4L);
        }
    }

    @Test
    void makesDurableWhatItHasReadBeforeItStops() throws Exception {
        Engine engine = new Engine(new BlockConfig(5000, 1 << 20, 8, Duration.ofSeconds(30)), Engine.standard());
        try (RawClient client = engine.raw()) {
            client.connect5("a", 30).read();
            engine.log.hold();
            client.publish5(2, 1, TOPIC + "cam-1", "00", "{\"intensity\":1}");
            await().until(() -> engine.metric(IngestMetric.BLOCKS_SEALED) == 1);
            client.publish5(2, 2, TOPIC + "cam-1", "00", "{\"intensity\":2}"); // lingers in the open block
            Thread.sleep(200);
            Thread stopping = new Thread(engine::close);
            stopping.start();
            await().until(() -> engine.metric(IngestMetric.BLOCKS_SEALED) == 2);
            engine.log.releaseHeld();
            assertThat(client.read()).isEqualTo("40020001");
            assertThat(client.read()).isEqualTo("40020002");
            assertThat(client.read()).isEqualTo("e0018b");
            stopping.join();
        }
        assertThat(engine.records().observations).hasSize(2);
    }

    @Test
    void takesMessagesOfMosquittoPub() throws Exception {
        assumeTrue(onPath("mosquitto_pub"), "mosquitto_pub is not installed");
        try (Engine engine = new Engine()) {
            for (String version : List.of("mqttv311", "mqttv5")) {
                Process process = new ProcessBuilder(
                                "mosquitto_pub",
                                "-V",
                                version,
                                "-h",
                                "127.0.0.1",
                                "-p",
                                String.valueOf(engine.endpoint.port()),
                                "-q",
                                "1",
                                "-t",
                                TOPIC + version,
                                "-l")
                        .redirectErrorStream(true)
                        .start();
                try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
                    for (int i = 0; i < 500; i++) {
                        stdin.write("{\"intensity\":" + i + "}\n");
                    }
                }
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isZero();
                assertStoredOnce(engine.records(), version, 500);
            }
        }
    }

    private static void assertStoredOnce(Records records, String device, int count) {
        Set<Object> values = new HashSet<>();
        int stored = 0;
        for (Records.Observation observation : records.observations) {
            if (observation.device().equals(device)) {
                stored++;
                values.add(observation.values().get("intensity"));
            }
        }
        assertThat(stored).as("stored of %s", device).isEqualTo(count);
        assertThat(values).hasSize(count);
    }

    private static void assertBalanced(Engine engine, long observations) {
        assertThat(engine.metric(IngestMetric.OBSERVATIONS_RECEIVED)).isEqualTo(observations);
        assertThat(engine.metric(IngestMetric.OBSERVATIONS_ACCEPTED)
                        + engine.metric(IngestMetric.OBSERVATIONS_QUARANTINED))
                .isEqualTo(observations);
    }

    private static boolean onPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    /** One Paho 3.1.1 client whose device has the client's id; every message has another value. */
    private static final class PahoClient implements MqttCallback {

        private final MqttAsyncClient client;
        private final String id;
        private final CountDownLatch delivered;
        private final Semaphore inFlight = new Semaphore(400);
        private final AtomicInteger failures = new AtomicInteger();
        private volatile @Nullable Throwable lost;

        PahoClient(String uri, String id, CountDownLatch delivered) throws MqttException {
            this.id = id;
            this.delivered = delivered;
            client = new MqttAsyncClient(uri, id, new MemoryPersistence());
            client.setCallback(this);
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMaxInflight(500);
            client.connect(options).waitForCompletion(10_000);
        }

        Thread publishInBackground(int messages, int qos) {
            Thread thread = new Thread(() -> publish(messages, qos), "publisher-" + id);
            thread.start();
            return thread;
        }

        private void publish(int messages, int qos) {
            for (int i = 0; i < messages; i++) {
                byte[] payload = ("{\"time\":\"" + Instant.now() + "\",\"intensity\":" + i + "}")
                        .getBytes(StandardCharsets.UTF_8);
                try {
                    inFlight.acquire();
                    client.publish(TOPIC + id, payload, qos, false);
                } catch (MqttException | InterruptedException e) {
                    failures.incrementAndGet();
                    return;
                }
            }
        }

        @Nullable
        Throwable lost() {
            return lost;
        }

        void close() throws MqttException {
            assertThat(failures).hasValue(0);
            client.disconnect().waitForCompletion(10_000);
            client.close();
        }

        @Override
        public void connectionLost(Throwable cause) {
            lost = cause;
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {}

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {
            inFlight.release();
            delivered.countDown();
        }
    }
}
