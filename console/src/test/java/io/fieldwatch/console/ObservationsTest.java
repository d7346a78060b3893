package io.fieldwatch.console;

import static io.fieldwatch.console.ConsoleApiTest.assertProblem;
import static io.fieldwatch.console.ConsoleApiTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fieldwatch.telemetry.DeviceDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /api/v1/observations} over a real PostgreSQL. */
@Timeout(120)
final class ObservationsTest {

    private static final Instant START = Instant.parse("2026-11-22T00:00:00Z");
    private static final String LEVEL = "/api/v1/observations?property=currentLevel&device=";
    private static TestDatabase database;
    private static RunningConsole console;

    @BeforeAll
    static void start() throws Exception {
        database = new TestDatabase();
        console = new RunningConsole(database.dataSource());
        DeviceDefinition river = console.city.define("water-level", "wl/1", "Trạm", "Phường Tô Hiệu", 21.3, 103.9);
        console.city.define("water-level", "twin", "Trạm", "Phường Tô Hiệu", 21.3, 103.9);
        console.city.define("air-quality", "twin", "Trạm", "Phường Tô Hiệu", 21.3, 103.9);
        double[] levels =
                DoubleStream.iterate(1, level -> level + 1).limit(8640).toArray();
        database.fill(console.city, river, "current_level", START, Duration.ofSeconds(10), levels);
        await().untilAsserted(() -> assertThat(console.live.size()).isEqualTo(3));
    }

    @AfterAll
    static void stop() throws Exception {
        console.close();
        database.close();
    }

    @Test
    void givesEveryObservationOfATimeSpan() throws Exception {
        JsonNode series = json(
                console.get(LEVEL + "wl/1&from=2026-11-22T00:00:00Z&to=2026-11-22T07:00:30%2B07:00&every=0s"), 200);
        assertThat(series.at("/times")).hasSize(3);
        assertThat(series.at("/times/0").asLong()).isEqualTo(START.toEpochMilli());
        assertThat(series.at("/values/2").asDouble()).isEqualTo(3);
        assertThat(series.at("/unit").asText()).isEqualTo("m");
    }

    @Test
    void averagesOverTheStepAskedFor() throws Exception {
        long from = START.toEpochMilli();
        JsonNode series = json(
                console.get(LEVEL + "water-level/wl/1&from=" + from + "&to=" + (from + 120_000) + "&every=1m"), 200);
        assertThat(series.at("/everyMillis").asLong()).isEqualTo(60_000);
        assertThat(series.at("/values")).hasSize(2);
        assertThat(series.at("/values/0").asDouble()).isEqualTo(3.5);
        assertThat(series.at("/values/1").asDouble()).isEqualTo(9.5);
    }

    @ParameterizedTest
    @CsvSource({"PT15M", "PT1H", "PT6H", "PT24H", "P30D", "P4000D"})
    void choosesAStepThatGivesAThousandPointsAtMost(Duration span) throws Exception {
        Instant to = START.plus(Duration.ofDays(1));
        JsonNode series = json(console.get(LEVEL + "wl/1&from=" + to.minus(span) + "&to=" + to), 200);
        long points = series.at("/times").size();
        assertThat(points).isBetween(1L, 1000L);
        assertThat(span.toMillis() / series.at("/everyMillis").asLong()).isLessThan(1000);
    }

    @Test
    void takesTheLastHourUnlessToldOtherwise() throws Exception {
        JsonNode series = json(console.get(LEVEL + "wl/1"), 200);
        Instant from = Instant.parse(series.at("/from").asText());
        Instant to = Instant.parse(series.at("/to").asText());
        assertThat(Duration.between(from, to)).isEqualTo(Duration.ofHours(1));
        assertThat(Duration.between(to, Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "device=nobody&property=currentLevel            | unknown device nobody",
                "property=currentLevel                          | device is missing",
                "device=wl/1                                    | currentLevel, measuredDistance",
                "device=wl/1&property=depth                     | no property depth",
                "device=wl/1&kind=rivers&property=currentLevel  | unknown kind rivers",
                "device=twin&property=pm25                      | water-level",
                "device=wl/1&property=currentLevel&from=noon    | from is 'noon'",
                "device=wl/1&property=currentLevel&from=99999999999999999999 | from is",
                "device=wl/1&property=currentLevel&from=5&to=5  | must be before",
                "device=wl/1&property=currentLevel&every=often  | every",
                "device=wl/1&property=currentLevel&from=0&every=1s | more than 20000 points",
                "device=wl/1&property=currentLevel&form=0       | unknown parameter form",
            })
    void saysWhatIsWrongWithAQuestion(String query, String detail) throws Exception {
        assertProblem(console.get("/api/v1/observations?" + query), 400, detail);
    }

    @Test
    void tellsTwoDevicesOfOneIdApartByKind() throws Exception {
        String query = "/api/v1/observations?device=twin&property=pm25";
        assertThat(json(console.get(query + "&kind=air-quality"), 200).at("/times"))
                .isEmpty();
        assertThat(json(console.get("/api/v1/observations?device=air-quality/twin&property=pm25"), 200)
                        .at("/kind")
                        .asText())
                .isEqualTo("air-quality");
    }

    @Test
    void hasNoSeriesOfATextProperty() throws Exception {
        DeviceDefinition lamp = console.city.define("streetlight", "sl-1", "Đèn", "Phường Tô Hiệu", 21.3, 103.9);
        await().untilAsserted(() -> assertThat(console.live.size()).isGreaterThan(lamp.number()));
        assertProblem(console.get("/api/v1/observations?device=sl-1&property=status"), 400, "is a text");
    }
}
