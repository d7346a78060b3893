package io.fieldwatch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.journal.DamagedLogException;
import io.fieldwatch.storage.TestDatabase;
import io.fieldwatch.storage.TestDatabases;
import io.fieldwatch.telemetry.Clock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole engine against real databases, real sockets and real MQTT clients. */
final class EngineTest {

    private static final String FLOW = "fieldwatch/v1/traffic-flow/junction-1";
    private static final String RIVER = "fieldwatch/v1/water-level/river-1";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path dataDir = Path.of("");

    @ParameterizedTest
    @EnumSource(TestDatabases.class)
    void aPublishedObservationIsOneRowWithinTwoSeconds(TestDatabases server) throws Exception {
        try (TestDatabase database = server.fresh();
                Engine engine = start(database.url())) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> get(engine, "/readyz").statusCode() == 200);
            String payload = "{\"time\":\"2026-11-23T07:00:00.250Z\",\"intensity\":12,\"averageVehicleSpeed\":38.5,"
                    + "\"congested\":false}";
            publish(
                    engine,
                    FLOW,
                    payload.replace(
                            "2026-11-23T07:00:00.250Z", java.time.Instant.now().toString()));
            await().atMost(Duration.ofSeconds(2))
                    .untilAsserted(() -> assertThat(
                                    database.rows("SELECT intensity, average_vehicle_speed, congested, external_id"
                                            + " FROM fieldwatch.traffic_flow_named"))
                            .containsExactly("12|38.5|f|junction-1"));
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabases.class)
    void malformedInputIsQuarantinedWithAReasonAndTheEngineStaysUp(TestDatabases server) throws Exception {
        try (TestDatabase database = server.fresh();
                Engine engine = start(database.url())) {
            publish(engine, FLOW, "{\"intensity\":");
            publish(engine, "somewhere/else", "{}");
            publish(engine, FLOW, "{\"intensity\":1}");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(
                                    database.rows("SELECT reason, topic FROM fieldwatch.quarantine ORDER BY id"))
                            .containsExactly("MALFORMED_JSON|" + FLOW, "UNKNOWN_TOPIC|somewhere/else"));
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(database.rows("SELECT count(*) FROM fieldwatch.traffic_flow"))
                            .containsExactly("1"));
            assertThat(get(engine, "/livez").statusCode()).isEqualTo(200);
            assertThat(get(engine, "/readyz").statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabases.class)
    void anAlertIsRaisedOnceAcknowledgedAndSurvivesARestart(TestDatabases server) throws Exception {
        try (TestDatabase database = server.fresh()) {
            String id;
            try (Engine engine = start(database.url())) {
                flood(engine);
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> alerts(engine).contains("river-1"));
                Matcher matcher = Pattern.compile("\"id\":\"([^\"]+)\"").matcher(alerts(engine));
                assertThat(matcher.find()).isTrue();
                id = matcher.group(1);
                HttpResponse<String> acknowledged = http.send(
                        HttpRequest.newBuilder(uri(engine, "/api/v1/alerts/" + id + "/acknowledge"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"user\":\"trực ban\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(acknowledged.statusCode()).as(acknowledged.body()).isEqualTo(200);
            }
            try (Engine engine = start(database.url())) {
                await().atMost(Duration.ofSeconds(10))
                        .untilAsserted(() -> assertThat(
                                        get(engine, "/api/v1/alerts/" + id).body())
                                .contains("ACKNOWLEDGED", "trực ban"));
                assertThat(engine.drain(Duration.ofSeconds(10))).isTrue();
                assertThat(database.rows("SELECT type, count(*) FROM fieldwatch.alert_event WHERE alert_id = '" + id
                                + "' GROUP BY type ORDER BY type"))
                        .containsExactly("ACKNOWLEDGED|1", "RAISED|1");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabases.class)
    void devicesAndOperatorsAreServedWhileTheDatabaseIsAbsent(TestDatabases server) throws Exception {
        try (TestDatabase database = server.fresh()) {
            try (Engine engine = start("jdbc:postgresql://127.0.0.1:1/nowhere")) {
                flood(engine);
                publish(engine, FLOW, "{\"intensity\":7}");
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> alerts(engine).contains("river-1"));
                assertThat(get(engine, "/readyz").statusCode()).isEqualTo(503);
            }
            try (Engine engine = start(database.url())) {
                assertThat(engine.drain(Duration.ofSeconds(20))).isTrue();
                assertThat(database.rows("SELECT intensity FROM fieldwatch.traffic_flow"))
                        .containsExactly("7");
                assertThat(database.rows("SELECT count(*) FROM fieldwatch.alert_event WHERE type = 'RAISED'"))
                        .isNotEqualTo(java.util.List.of("0"));
            }
        }
    }

    /** The database comes when the entries that it is to get have changed on disk. */
    @Test
    void aDamagedLogIsAnAlarmWhileDevicesAreServedAndStopsTheNextStart() throws Exception {
        try (TestDatabase database = TestDatabases.EMBEDDED.fresh()) {
            allowConnections(database, false);
            Path file = dataDir.resolve("observations").resolve("00000000000000000000.log");
            try (Engine engine = start(database.url())) {
                publish(engine, FLOW, "{\"intensity\":7}");
                String before = get(engine, "/readyz").body();
                assertThat(before).contains("{\"name\":\"journal\",\"ok\":true,\"detail\":\"GREEN: 0 % used\"}");
                assertThat(get(engine, "/metrics").body())
                        .contains("fieldwatch_journal_damaged 0.0", "fieldwatch_journal_minutes_to_full -1.0");
                changeAByte(file, 100);
                allowConnections(database, true);
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(get(engine, "/readyz").body())
                                .contains("{\"name\":\"journal\",\"ok\":false,\"detail\":\"DAMAGED: " + file
                                        + ", position 0: the record is damaged"));
                assertThat(get(engine, "/readyz").statusCode()).isEqualTo(503);
                assertThat(get(engine, "/metrics").body()).contains("fieldwatch_journal_damaged 1.0");
                engine.endProcessIfALogFailed(); // a restart would be refused, so it goes on
                publish(engine, FLOW, "{\"intensity\":8}");
            }
            assertThatThrownBy(() -> start(database.url()).close())
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessageContaining(file + ", position 0");
        }
    }

    private static void allowConnections(TestDatabase database, boolean allow) throws Exception {
        String name =
                URI.create(database.url().substring("jdbc:".length())).getPath().substring(1);
        try (Connection admin = DriverManager.getConnection(TestDatabases.EMBEDDED.adminUrl());
                Statement statement = admin.createStatement()) {
            statement.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + allow);
        }
    }

    private static void changeAByte(Path file, long offset) throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            assertThat(channel.read(one, offset)).isEqualTo(1);
            one.put(0, (byte) (one.get(0) ^ 4)).rewind();
            assertThat(channel.write(one, offset)).isEqualTo(1);
        }
    }

    /** Three samples above every alarm level, a second apart, in event time. */
    private static void flood(Engine engine) throws Exception {
        long now = System.currentTimeMillis();
        for (int second = -10; second <= 0; second++) {
            publish(engine, RIVER, "{\"time\":" + (now + second * 1000L) + ",\"currentLevel\":282.5}");
        }
    }

    private Engine start(String url) throws Exception {
        ServerConfig standard = ConfigFile.parse("test", "", Map.of());
        ServerConfig config = new ServerConfig(
                dataDir,
                null,
                null,
                standard.mqtt().withPort(0),
                new ServerConfig.Journal(8, 64),
                standard.database().withUrl(url),
                standard.http().withPort(0));
        return Engine.start(config, CityData.read(config), Clock.system());
    }

    /** QoS 1: returns when the engine has acknowledged. */
    private static void publish(Engine engine, String topic, String payload) throws Exception {
        try (MqttClient client =
                new MqttClient("tcp://127.0.0.1:" + engine.mqttPort(), "engine-test", new MemoryPersistence())) {
            client.setTimeToWait(10_000);
            client.connect();
            client.publish(topic, payload.getBytes(StandardCharsets.UTF_8), 1, false);
            client.disconnect();
        }
    }

    private String alerts(Engine engine) throws Exception {
        return get(engine, "/api/v1/alerts").body();
    }

    private HttpResponse<String> get(Engine engine, String path) throws Exception {
        return http.send(HttpRequest.newBuilder(uri(engine, path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(Engine engine, String path) {
        return URI.create("http://127.0.0.1:" + engine.httpPort() + path);
    }
}
