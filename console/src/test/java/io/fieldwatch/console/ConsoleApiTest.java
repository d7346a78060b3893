package io.fieldwatch.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fieldwatch.alerts.Alert;
import io.fieldwatch.alerts.Priority;
import io.fieldwatch.storage.Queries;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Label;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.yaml.snakeyaml.Yaml;

/** Everything of the API that needs no database, over real sockets. */
@Timeout(120)
final class ConsoleApiTest {

    private static final String JSON = "application/json";
    private static final Label FLOOD = new Label("Mực nước vượt báo động II", "Water above alert level II");

    private RunningConsole console;
    private DeviceDefinition river;

    @BeforeEach
    void start() throws IOException {
        console = RunningConsole.withoutDatabase();
        river = console.city.define("water-level", "wl-001", "Trạm Nậm La", "Phường Tô Hiệu", 21.331, 103.912);
    }

    @AfterEach
    void stop() {
        console.close();
    }

    @Test
    void listsOpenAlertsAndThoseClosedLatelyWhenAsked() throws Exception {
        console.desk.raise(alert("a1", Priority.P3));
        console.desk.raise(alert("a2", Priority.P1));
        console.desk.raise(alert("a3", Priority.P2));
        assertThat(console.post("/api/v1/alerts/a3/acknowledge", "{}", "Content-Type", JSON)
                        .statusCode())
                .isEqualTo(200);
        console.desk.clear("a3");
        JsonNode open = json(console.get("/api/v1/alerts"), 200);
        assertThat(open.at("/total").asInt()).isEqualTo(2);
        assertThat(open.at("/alerts").findValuesAsText("id")).containsExactly("a2", "a1");
        JsonNode all = json(console.get("/api/v1/alerts?state=all"), 200);
        assertThat(all.at("/alerts").findValuesAsText("id")).containsExactly("a2", "a1", "a3");
        assertThat(all.at("/alerts/2/state").asText()).isEqualTo("CLOSED");
        assertProblem(console.get("/api/v1/alerts?state=closed"), 400, "open or all");
    }

    @Test
    void tellsEverythingAboutOneAlert() throws Exception {
        console.desk.raise(alert("a1", Priority.P2));
        JsonNode alert = json(console.get("/api/v1/alerts/a1"), 200);
        assertThat(alert.at("/message/vi").asText()).isEqualTo("Mực nước vượt báo động II");
        assertThat(alert.at("/device/area").asText()).isEqualTo("Phường Tô Hiệu");
        assertThat(alert.at("/value").asDouble()).isEqualTo(6.4);
        assertThat(alert.at("/unit").asText()).isEqualTo("m");
        assertThat(alert.at("/raisedAt").asText()).endsWith("Z");
        assertThat(alert.at("/acknowledgedAt").isNull()).isTrue();
        assertProblem(console.get("/api/v1/alerts/none"), 404, "none");
    }

    @Test
    void writesNoNumberWhereThereIsNone() throws Exception {
        console.desk.raise(console.city.alert("s1", river, Priority.P4, FLOOD, "", Double.NaN, 180));
        assertThat(json(console.get("/api/v1/alerts/s1"), 200).at("/value").isNull())
                .isTrue();
    }

    @Test
    void acknowledgesAnAlertForAnOperatorWhoLookedAtItsLatestVersion() throws Exception {
        console.desk.raise(alert("a1", Priority.P2));
        String path = "/api/v1/alerts/a1/acknowledge";
        assertProblem(console.post(path, "{\"version\":7}", "Content-Type", JSON), 409, "version 1");
        HttpResponse<String> done = console.post(
                path, "{\"user\":\" Lò Văn An \",\"note\":\"đã gọi\",\"version\":1}", "Content-Type", JSON);
        assertThat(json(done, 200).at("/state").asText()).isEqualTo("ACKNOWLEDGED");
        assertThat(json(done, 200).at("/acknowledgedBy").asText()).isEqualTo("Lò Văn An");
        assertThat(console.desk.lastNote()).isEqualTo("đã gọi");
        assertProblem(console.post(path, "{}", "Content-Type", JSON), 409, "already");
        assertProblem(console.post("/api/v1/alerts/zz/acknowledge", "{}", "Content-Type", JSON), 404, "zz");
    }

    @Test
    void acknowledgesWithoutABodyAsOperator() throws Exception {
        console.desk.raise(alert("a1", Priority.P2));
        HttpResponse<String> done = console.post("/api/v1/alerts/a1/acknowledge", "", "Content-Type", JSON);
        assertThat(json(done, 200).at("/acknowledgedBy").asText()).isEqualTo("operator");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"user\":5}              | user must be a text",
                "{\"version\":\"1\"}       | version must be a whole number",
                "{\"version\":-1}          | version must be a whole number",
                "{\"usr\":\"x\"}           | unknown field usr",
                "[1]                       | must be a JSON object",
                "{\"user\":                | not JSON",
            })
    void refusesABodyItDoesNotUnderstand(String body, String detail) throws Exception {
        console.desk.raise(alert("a1", Priority.P2));
        assertProblem(console.post("/api/v1/alerts/a1/acknowledge", body, "Content-Type", JSON), 400, detail);
        assertThat(console.desk.find("a1").orElseThrow().version()).isEqualTo(1);
    }

    @Test
    void refusesABodyThatIsTooLong() throws Exception {
        String note = "{\"note\":\"" + "x".repeat(20_000) + "\"}";
        assertProblem(console.post("/api/v1/alerts/a1/acknowledge", note, "Content-Type", JSON), 413, "too long");
    }

    @Test
    void letsNoOtherWebPageAcknowledge() throws Exception {
        console.desk.raise(alert("a1", Priority.P2));
        String path = "/api/v1/alerts/a1/acknowledge";
        assertProblem(console.post(path, "{}"), 415, "application/json");
        assertProblem(console.post(path, "{}", "Content-Type", "text/plain"), 415, "application/json");
        assertProblem(console.post(path, "{}", "Content-Type", JSON, "Origin", "https://evil.example"), 403, "origin");
        assertProblem(console.post(path, "{}", "Content-Type", JSON, "Origin", "null"), 403, "origin");
        assertProblem(console.post(path, "{}", "Content-Type", JSON, "Sec-Fetch-Site", "cross-site"), 403, "site");
        assertThat(console.desk.find("a1").orElseThrow().version()).isEqualTo(1);
        String own = "http://127.0.0.1:" + console.server.port();
        assertThat(console.post(path, "{}", "Content-Type", JSON, "Origin", own).statusCode())
                .isEqualTo(200);
    }

    @Test
    void answersForNoOtherHostName() throws Exception {
        assertThat(rawGet("evil.example")).startsWith("HTTP/1.1 403 ");
        assertThat(rawGet("localhost:" + console.server.port())).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void listsDevicesWithTheirLastValuesAndState() throws Exception {
        DeviceDefinition lamp = console.city.define("streetlight", "sl-1", "Đèn 1", "Phường Chiềng Lề", 21.34, 103.9);
        console.city.define("noise-level", "nl-1", "Máy đo", "Phường Chiềng Lề", 21.34, 103.9);
        console.city.observe(river, 1_700_000_000_000_000L, Map.of("currentLevel", 6.4));
        console.city.observe(lamp, Map.of("status", 1.0, "voltage", 228.5));
        console.desk.raise(alert("a1", Priority.P2));
        await().untilAsserted(() -> assertThat(console.live.metrics().get(ConsoleMetric.LIVE_OBSERVATIONS))
                .isEqualTo(2));
        JsonNode answer = json(console.get("/api/v1/devices"), 200);
        assertThat(answer.at("/next").isNull()).isTrue();
        assertThat(answer.at("/devices").findValuesAsText("state")).containsExactly("alert", "ok", "ok");
        JsonNode first = answer.at("/devices/0");
        assertThat(first.at("/externalId").asText()).isEqualTo("wl-001");
        assertThat(first.at("/time").asText()).isEqualTo("2023-11-14T22:13:20Z");
        assertThat(first.at("/values/0/value").asDouble()).isEqualTo(6.4);
        assertThat(first.at("/values/0/unit").asText()).isEqualTo("m");
        assertThat(answer.at("/devices/1/values/0/value").asText()).isEqualTo("defectiveLamp");
        assertThat(answer.at("/devices/2/time").isNull()).isTrue();
    }

    @Test
    void givesDevicesInPages() throws Exception {
        console.city.define("noise-level", "nl-1", "Máy đo", "Phường Chiềng Lề", 21.34, 103.9);
        console.city.define("noise-level", "nl-2", "Máy đo", "Phường Chiềng Lề", 21.34, 103.9);
        await().untilAsserted(() -> assertThat(console.live.size()).isEqualTo(3));
        JsonNode first = json(console.get("/api/v1/devices?limit=2"), 200);
        assertThat(first.at("/devices").findValuesAsText("externalId")).containsExactly("wl-001", "nl-1");
        assertThat(first.at("/next").asInt()).isEqualTo(2);
        JsonNode second = json(console.get("/api/v1/devices?limit=2&from=2"), 200);
        assertThat(second.at("/devices").findValuesAsText("externalId")).containsExactly("nl-2");
        assertThat(second.at("/next").isNull()).isTrue();
        assertProblem(console.get("/api/v1/devices?limit=x"), 400, "whole number");
        assertProblem(console.get("/api/v1/devices?limit=20000"), 400, "0 to 10000");
    }

    @Test
    void describesTheCatalogue() throws Exception {
        JsonNode kinds = json(console.get("/api/v1/kinds"), 200).at("/kinds");
        assertThat(kinds).hasSize(console.city.catalogue.kinds().size());
        assertThat(kinds.findValuesAsText("name")).contains("traffic-flow", "averageVehicleSpeed");
    }

    @Test
    void saysWhenTheDatabaseDoesNotAnswerAndGoesOn() throws Exception {
        await().untilAsserted(() -> assertThat(console.live.size()).isEqualTo(1));
        HttpResponse<String> answer = console.get("/api/v1/observations?device=wl-001&property=currentLevel");
        assertProblem(answer, 503, "database does not answer");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.body()).doesNotContain("Exception").doesNotContain("5432");
        assertThat(console.get("/api/v1/alerts").statusCode()).isEqualTo(200);
    }

    @Test
    void isReadyWhenEveryCheckIsAndLiveInAnyCase() throws Exception {
        assertThat(json(console.get("/readyz"), 200).at("/ready").asBoolean()).isTrue();
        console.checks.add(new Readiness.Check("database", false, "no connection for 12 s"));
        JsonNode not = json(console.get("/readyz"), 503);
        assertThat(not.at("/checks/1/name").asText()).isEqualTo("database");
        assertThat(not.at("/checks/1/detail").asText()).isEqualTo("no connection for 12 s");
        assertThat(console.get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void exportsFiguresForPrometheus() throws Exception {
        console.city.observe(river, Map.of("currentLevel", 6.4));
        await().untilAsserted(() -> assertThat(console.get("/metrics").body())
                .contains("fieldwatch_console_live_observations_total 1.0")
                .contains("fieldwatch_console_live_devices 1.0")
                .contains("# HELP fieldwatch_console_live_devices Devices in the live view.")
                .contains("jvm_memory_used_bytes"));
    }

    @Test
    void answersWhatItDoesNotKnowWithAProblem() throws Exception {
        assertProblem(console.get("/api/v1/nothing"), 404, "/api/v1/nothing");
        assertProblem(console.get("/assets/console/..%2f..%2fConsoleServer.class"), 404, "nothing");
        assertProblem(console.post("/api/v1/alerts", "{}", "Content-Type", JSON), 405, "POST");
    }

    @Test
    void servesThePageUnderAStrictPolicyAndFromTheBrowsersCache() throws Exception {
        HttpResponse<String> page = console.get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        for (String path : List.of("/assets/leaflet/leaflet-src.esm.js", "/assets/uplot/uPlot.esm.js")) {
            HttpResponse<String> script = console.get(path);
            assertThat(script.headers().firstValue("Content-Type")).contains("text/javascript; charset=utf-8");
            String tag = script.headers().firstValue("ETag").orElseThrow();
            var again = HttpRequest.newBuilder(console.uri(path)).header("If-None-Match", tag);
            assertThat(console.send(again.build()).statusCode()).isEqualTo(304);
        }
    }

    @Test
    void documentsExactlyWhatItRoutes() throws Exception {
        Map<String, Map<String, Map<String, Object>>> api =
                new Yaml().load(console.get("/api/v1/openapi.yaml").body());
        Map<String, Map<String, Object>> paths = Objects.requireNonNull(api.get("paths"));
        Set<String> documented = new TreeSet<>();
        paths.forEach((path, methods) -> methods.keySet()
                .forEach(method -> documented.add(HttpMethod.valueOf(method.toUpperCase(Locale.ROOT)) + " " + path)));
        Set<String> routed = new TreeSet<>();
        for (Route route : console.server.routes()) {
            String path = route.getPath();
            if (path != null && !path.equals("/") && !path.startsWith("/assets/")) {
                route.methods().forEach(method -> routed.add(method + " " + path.replaceAll(":(\\w+)", "{$1}")));
            }
        }
        assertThat(documented).isEqualTo(routed);
    }

    @Test
    void refusesToStartOnAPortThatIsTaken() {
        ConsoleServer second = new ConsoleServer(
                ConsoleConfig.local(console.server.port()),
                new ConsoleServer.Sources(
                        console.city.catalogue,
                        console.desk,
                        console.live,
                        new Queries(new PGSimpleDataSource()),
                        List::of,
                        List.of(),
                        Clock.system()));
        assertThatThrownBy(second::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(String.valueOf(console.server.port()));
    }

    private Alert alert(String id, Priority priority) {
        return console.city.alert(id, river, priority, FLOOD, "currentLevel", 6.4, 6.0);
    }

    private String rawGet(String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), console.server.port())) {
            socket.setSoTimeout(10_000);
            String request = "GET /livez HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            return String.valueOf(lines.readLine());
        }
    }

    static JsonNode json(HttpResponse<String> answer, int status) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return new ObjectMapper().readTree(answer.body());
    }

    static void assertProblem(HttpResponse<String> answer, int status, String detail) throws IOException {
        JsonNode problem = json(answer, status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(problem.at("/status").asInt()).isEqualTo(status);
        assertThat(problem.at("/title").asText()).isNotEmpty();
        assertThat(problem.at("/detail").asText()).contains(detail);
    }
}
