package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceOffline;
import io.fieldwatch.telemetry.MemoryLog;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.Quality;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.RejectedInput;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
final class ObservationStoreTest {

    private static final Catalogue CATALOGUE = Catalogue.builtIn();
    private static final long T = Feed.START_MICROS;
    private static final Duration SOON = Duration.ofSeconds(60);

    private final TestDatabases server;

    private final MemoryLog log = new MemoryLog();
    private final Feed feed = new Feed(log);
    private final MetricSet<StorageMetric> metrics = new MetricSet<>(StorageMetric.class);

    @AutoClose
    private TestDatabase database;

    ObservationStoreTest(TestDatabases server) {
        this.server = server;
    }

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
    }

    @Test
    void storesThatADeviceIsGone() throws Exception {
        feed.block(block -> {
            Feed.define(block, DeviceDefinition.undescribed(0, 1, "xe-1"));
            assertThat(block.offline(new DeviceOffline(1, 0, T + 5, "mất điện")))
                    .isTrue();
            assertThat(block.offline(new DeviceOffline(999, 7, T + 6, "of no device that is known")))
                    .isTrue();
        });
        store();

        assertThat(database.rows("SELECT extract(epoch FROM time) * 1000000, external_id, event, detail"
                        + " FROM fieldwatch.device_event JOIN fieldwatch.device ON device.id = device_id"))
                .containsExactly("1795417200000005.000000|xe-1|OFFLINE|mất điện");
    }

    @Test
    void storesEveryTypeOfValueAndNullsAndQuality() throws Exception {
        feed.block(block -> {
            Feed.define(block, new DeviceDefinition(0, 1, "xe-1", "Cầu Trắng", "Chiềng Lề", 21.33, 103.9));
            block.begin(1, 0);
            block.setNumber(0, 12.5);
            block.setBoolean(6, true);
            block.setInteger(8, 3);
            block.setCode(9, 1);
            assertThat(block.commit(T + 250_001, T / 1000, Quality.OUT_OF_RANGE))
                    .isTrue();
            block.begin(1, 0);
            block.setBoolean(6, false);
            assertThat(block.commit(T, T / 1000, 0)).isTrue();
        });
        store();

        assertThat(
                        database.rows(
                                "SELECT extract(epoch FROM time) * 1000000, intensity, occupancy, congested, lane_id,"
                                        + " lane_direction, quality, name, area, lat, lon FROM fieldwatch.traffic_flow_named ORDER BY 1"))
                .containsExactly(
                        "1795417200000000.000000|null|null|f|null|null|0|Cầu Trắng|Chiềng Lề|21.33|103.9",
                        "1795417200250001.000000|12.5|null|t|3|backward|2|Cầu Trắng|Chiềng Lề|21.33|103.9");
        assertThat(read())
                .containsExactly(
                        new StoredObservation("xe-1", T, 0, Map.of("congested", false), 1),
                        new StoredObservation(
                                "xe-1",
                                T + 250_001,
                                2,
                                Map.of("intensity", 12.5, "congested", true, "laneId", 3L, "laneDirection", "backward"),
                                1));
    }

    @Test
    void storesManyRowsOfManyKindsOnce() throws Exception {
        devices(40);
        feed.block(block -> Feed.define(block, DeviceDefinition.undescribed(40, 3, "air-1")));
        for (int i = 0; i < 50; i++) {
            feed.seconds(40, i * 10, i * 10 + 10);
        }
        feed.block(block -> {
            for (int i = 0; i < 100; i++) {
                block.begin(3, 40);
                block.setNumber(0, i);
                assertThat(block.commit(T + i * 1_000_000L, T / 1000, 0)).isTrue();
            }
        });
        store(StorageConfig.of(database.url()).withBatchRowsMax(3_000));

        assertThat(count()).isEqualTo(20_000);
        assertThat(database.number("SELECT count(DISTINCT (device_id, time)) FROM fieldwatch.traffic_flow"))
                .isEqualTo(20_000);
        assertThat(database.number("SELECT count(*) FROM fieldwatch.air_quality"))
                .isEqualTo(100);
        assertThat(metrics.get(StorageMetric.ROWS_STORED)).isEqualTo(20_100);
        assertThat(metrics.get(StorageMetric.BATCHES)).isGreaterThanOrEqualTo(7);
        assertThat(metrics.get(StorageMetric.RETRIES)).isZero();
        assertThat(metrics.get(StorageMetric.LAG_BYTES)).isZero();
        assertThat(metrics.get(StorageMetric.DATABASE_UP)).isEqualTo(1);
    }

    @Test
    void goesOnWhereItStoppedAfterARestart() throws Exception {
        devices(5);
        feed.seconds(5, 0, 100);
        store();
        feed.seconds(5, 100, 150);
        store();

        assertThat(count()).isEqualTo(750);
        assertThat(metrics.get(StorageMetric.ROWS_STORED)).isEqualTo(750);
        assertThat(metrics.get(StorageMetric.DUPLICATES)).isZero(); // it did not even try them again
        assertThat(database.rows("SELECT reader, from_position, to_position FROM fieldwatch.log_position"))
                .containsExactly("storage|0|" + log.end());
    }

    @Test
    void readsOnlyTheGapsBetweenRangesThatAreCommitted() throws Exception {
        devices(1);
        feed.seconds(1, 0, 10);
        long from = log.end();
        feed.seconds(1, 10, 20);
        long to = log.end();
        feed.seconds(1, 20, 30);
        try (Database opened = new Database(StorageConfig.of(database.url()), CATALOGUE)) {
            opened.migrate();
        }
        database.execute("INSERT INTO fieldwatch.log_position (log_id, reader, from_position, to_position) VALUES ('"
                + log.id() + "', 'storage', " + from + ", " + to + ")");
        store();

        assertThat(count()).isEqualTo(20);
        assertThat(database.rows("SELECT from_position, to_position FROM fieldwatch.log_position ORDER BY 1"))
                .containsExactly("0|" + log.end());
    }

    @Test
    void storesARedeliveredObservationOnce() throws Exception {
        devices(2);
        feed.seconds(2, 0, 10);
        store();
        feed.seconds(2, 0, 20);
        feed.block(block -> {
            block.begin(1, 0);
            block.setNumber(0, 5);
            assertThat(block.commit(T + 5_000_000, T / 1000, Quality.CLOCK_AHEAD))
                    .isTrue();
        });
        store();

        assertThat(count()).isEqualTo(40);
        assertThat(metrics.get(StorageMetric.ROWS_STORED)).isEqualTo(40);
        assertThat(metrics.get(StorageMetric.DUPLICATES)).isEqualTo(21);
        assertThat(quarantine()).isEmpty();
    }

    @Test
    void quarantinesAnObservationThatContradictsAStoredOne() throws Exception {
        devices(1);
        feed.seconds(1, 0, 10);
        store();
        feed.block(block -> {
            Feed.intensity(block, 0, T + 3_000_000, 99);
            Feed.intensity(block, 0, T + 10_000_000, 10);
        });
        store();

        assertThat(count()).isEqualTo(11);
        assertThat(quarantine())
                .containsExactly("CONFLICT|storage|fieldwatch/v1/traffic-flow/xe-0|"
                        + "{\"time\":\"2026-11-23T07:00:03Z\",\"intensity\":99.0}");
        assertThat(metrics.get(StorageMetric.CONFLICTS)).isEqualTo(1);
    }

    @Test
    void keepsTheFirstOfTwinsInOneBatch() throws Exception {
        devices(1);
        feed.block(block -> {
            Feed.intensity(block, 0, T + 1_000_000, 7);
            Feed.intensity(block, 0, T, 1);
            Feed.intensity(block, 0, T + 1_000_000, 8);
            Feed.intensity(block, 0, T + 1_000_000, 7);
        });
        store();

        assertThat(database.rows("SELECT intensity FROM fieldwatch.traffic_flow ORDER BY time"))
                .containsExactly("1", "7");
        assertThat(quarantine())
                .singleElement()
                .asString()
                .startsWith("CONFLICT")
                .endsWith("\"intensity\":8.0}");
        assertThat(metrics.get(StorageMetric.DUPLICATES)).isEqualTo(1);
        assertThat(metrics.get(StorageMetric.ROWS_STORED)).isEqualTo(2);
    }

    @Test
    void quarantinesARowTheDatabaseRefusesAndStoresTheRest() throws Exception {
        try (Database opened = new Database(StorageConfig.of(database.url()), CATALOGUE)) {
            opened.migrate();
        }
        database.execute("ALTER TABLE fieldwatch.traffic_flow ADD CHECK (intensity <> -7)");
        devices(3);
        feed.seconds(3, 0, 30);
        feed.block(block -> Feed.intensity(block, 1, T + 30_000_001, -7));
        feed.block(block -> Feed.intensity(block, 2, T + 30_000_002, -7));
        feed.seconds(3, 30, 60);
        store();

        assertThat(count()).isEqualTo(180);
        assertThat(quarantine()).hasSize(2).allMatch(row -> row.startsWith("UNSTORABLE|storage|"));
        assertThat(metrics.get(StorageMetric.UNSTORABLE)).isEqualTo(2);
        assertThat(metrics.get(StorageMetric.ROWS_STORED)).isEqualTo(180);
    }

    @Test
    void quarantinesTimesThatNoChunkShallBeMadeFor() throws Exception {
        devices(1);
        long day = 86_400_000_000L;
        feed.block(block -> {
            Feed.intensity(block, 0, T - 366 * day, 1);
            Feed.intensity(block, 0, T - 366 * day - 1, 2);
            Feed.intensity(block, 0, Long.MIN_VALUE, 3);
            Feed.intensity(block, 0, T + day, 4);
            Feed.intensity(block, 0, T + day + 1, 5);
            Feed.intensity(block, 0, Long.MAX_VALUE, 6);
        });
        store();

        assertThat(database.rows("SELECT intensity FROM fieldwatch.traffic_flow ORDER BY time"))
                .containsExactly("1", "4");
        assertThat(database.rows("SELECT reason, count(*) FROM fieldwatch.quarantine GROUP BY 1 ORDER BY 1"))
                .containsExactly("TIME_IN_FUTURE|2", "TIME_TOO_OLD|2");
        assertThat(metrics.get(StorageMetric.OUT_OF_TIME)).isEqualTo(4);
    }

    @Test
    void quarantinesWhatTheCatalogueDoesNotKnow() throws Exception {
        feed.device(0, 1, "xe-0");
        feed.device(1, 999, "gì-đó");
        feed.block(block -> {
            block.begin(999, 1);
            block.setNumber(0, 1);
            assertThat(block.commit(T, T / 1000, 0)).isTrue();
            block.begin(1, 0);
            block.setNumber(0, 1);
            block.setInteger(63, 42);
            assertThat(block.commit(T, T / 1000, 0)).isTrue();
            block.begin(1, 0);
            block.setCode(9, 17);
            assertThat(block.commit(T + 1, T / 1000, 0)).isTrue();
            Feed.intensity(block, 77, T, 1);
            Feed.intensity(block, 0, T + 2, 1);
        });
        store();

        assertThat(count()).isEqualTo(1);
        assertThat(quarantine())
                .containsExactly(
                        "UNSTORABLE|storage|fieldwatch/v1/kind-999/device-1|"
                                + "{\"time\":\"2026-11-23T07:00:00Z\",\"property-0\":4607182418800017408}",
                        "UNSTORABLE|storage|fieldwatch/v1/traffic-flow/xe-0|"
                                + "{\"time\":\"2026-11-23T07:00:00Z\",\"intensity\":1.0,\"property-63\":42}",
                        "UNSTORABLE|storage|fieldwatch/v1/traffic-flow/xe-0|"
                                + "{\"time\":\"2026-11-23T07:00:00.000001Z\",\"laneDirection\":17}",
                        "UNSTORABLE|storage|fieldwatch/v1/traffic-flow/device-77|"
                                + "{\"time\":\"2026-11-23T07:00:00Z\",\"intensity\":1.0}");
    }

    @Test
    void keepsRejectedInputWithItsBytes() throws Exception {
        byte[] payload = {0, 1, (byte) 0xFF, '{'};
        feed.reject(new RejectedInput(
                RejectReason.MALFORMED_JSON, T / 1000 + 7, "client\0 1", "fieldwatch/v1/x/y", payload, "cut short"));
        store();

        assertThat(database.rows("SELECT extract(epoch FROM time), source, topic, payload, reason, detail"
                        + " FROM fieldwatch.quarantine"))
                .containsExactly(
                        "1795417200.007000|client\uFFFD 1|fieldwatch/v1/x/y|\\x0001ff7b|MALFORMED_JSON|cut short");
        assertThat(metrics.get(StorageMetric.QUARANTINED)).isEqualTo(1);
    }

    @Test
    void aLaterDescriptionReplacesAnEarlierOneAndASilentOneDoesNot() throws Exception {
        feed.device(0, 1, "xe-0");
        feed.block(block -> Feed.define(block, new DeviceDefinition(0, 1, "xe-0", "A", "Tô Hiệu", 21, 104)));
        feed.device(0, 1, "xe-0");
        store();
        assertThat(deviceRows()).containsExactly("1|xe-0|A|Tô Hiệu|21|104");

        feed.block(block -> Feed.define(block, new DeviceDefinition(0, 1, "xe-0", "B", null, Double.NaN, Double.NaN)));
        store();
        assertThat(deviceRows()).containsExactly("1|xe-0|B|null|null|null");
    }

    @Test
    void sharesDevicesWithAnotherLog() throws Exception {
        devices(1);
        feed.seconds(1, 0, 5);
        store();
        MemoryLog other = new MemoryLog();
        Feed otherFeed = new Feed(other);
        otherFeed.device(0, 1, "xe-9");
        otherFeed.device(1, 1, "xe-0");
        otherFeed.block(block -> Feed.intensity(block, 1, T + 60_000_000, 60));
        store(other, StorageConfig.of(database.url()));

        assertThat(database.rows("SELECT external_id, count(*) FROM fieldwatch.traffic_flow_named GROUP BY 1"))
                .containsExactly("xe-0|6");
    }

    @Test
    void losesAndDoublesNothingWhileItsConnectionsAreKilled() throws Exception {
        devices(20);
        for (int i = 0; i < 300; i++) {
            feed.seconds(20, i * 10, i * 10 + 10);
        }
        SplittableRandom random = new SplittableRandom(7);
        StorageConfig config = StorageConfig.of(database.url()).withBatchRowsMax(1_000);
        try (Database opened = new Database(config, CATALOGUE);
                ObservationStore store = new ObservationStore(config, opened, log, CATALOGUE, metrics)) {
            store.start();
            long end = System.nanoTime() + SOON.toNanos();
            int kills = 0;
            while (!store.awaitStored(log.end(), Duration.ofMillis(random.nextInt(20, 120)))) {
                assertThat(System.nanoTime()).isLessThan(end);
                if (kills < 12) {
                    kills++;
                    database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND application_name LIKE 'fieldwatch%'");
                }
            }
        }
        assertThat(metrics.get(StorageMetric.RETRIES)).isPositive();
        assertThat(count()).isEqualTo(60_000);
        assertThat(database.number("SELECT count(DISTINCT (device_id, time)) FROM fieldwatch.traffic_flow"))
                .isEqualTo(60_000);
        assertThat(metrics.get(StorageMetric.DUPLICATES)).isZero();
        assertThat(metrics.get(StorageMetric.ROWS_STORED)).isEqualTo(60_000);
    }

    @Test
    void asksTheDatabaseWhenTheAnswerToACommitIsLost() throws Exception {
        devices(5);
        feed.seconds(5, 0, 100);
        feed.seconds(5, 100, 200);
        try (PostgresProxy proxy = new PostgresProxy(port())) {
            Fault first = proxy.at(1, Passing.commit(), new Fault.ForwardAndCut());
            Fault second = proxy.at(2, Passing.commit(), new Fault.ForwardAndCut());
            store(log, StorageConfig.of(throughProxy(proxy)).withBatchRowsMax(500));
            assertThat(first.happened() && second.happened()).isTrue();
        }
        assertThat(count()).isEqualTo(1_000);
        assertThat(metrics.get(StorageMetric.RETRIES)).isBetween(1L, 2L); // both at once or one after the other
        assertThat(metrics.get(StorageMetric.DUPLICATES)).isZero();
        assertThat(metrics.get(StorageMetric.ROWS_STORED)).isEqualTo(1_000);
        assertThat(metrics.get(StorageMetric.BATCHES)).isEqualTo(2);
    }

    @Test
    void waitsForADatabaseThatIsNotThereYetAndThatGoesAway() throws Exception {
        devices(2);
        feed.seconds(2, 0, 10);
        try (PostgresProxy proxy = new PostgresProxy(port())) {
            proxy.refuse(true);
            StorageConfig config = StorageConfig.of(throughProxy(proxy));
            try (Database opened = new Database(config, CATALOGUE);
                    ObservationStore store = new ObservationStore(config, opened, log, CATALOGUE, metrics)) {
                store.start();
                assertThat(store.awaitStored(log.end(), Duration.ofSeconds(2))).isFalse();
                assertThat(metrics.get(StorageMetric.DATABASE_UP)).isZero();

                proxy.refuse(false);
                assertThat(store.awaitStored(log.end(), SOON)).isTrue();

                proxy.refuse(true);
                feed.seconds(2, 10, 20);
                assertThat(store.awaitStored(log.end(), Duration.ofSeconds(1))).isFalse();
                proxy.refuse(false);
                assertThat(store.awaitStored(log.end(), SOON)).isTrue();
            }
        }
        assertThat(count()).isEqualTo(40);
    }

    @Test
    void makesTheTablesAgainWhenTheDatabaseWasReplaced() throws Exception {
        devices(1);
        feed.seconds(1, 0, 10);
        StorageConfig config = StorageConfig.of(database.url());
        try (Database opened = new Database(config, CATALOGUE);
                ObservationStore store = new ObservationStore(config, opened, log, CATALOGUE, metrics)) {
            store.start();
            assertThat(store.awaitStored(log.end(), SOON)).isTrue();
            database.execute("DROP SCHEMA fieldwatch CASCADE");
            feed.seconds(1, 10, 20);
            assertThat(store.awaitStored(log.end(), SOON)).isTrue();
        }
        assertThat(count()).isEqualTo(20); // this log still had it all
    }

    @Test
    void answersSeriesForTheConsole() throws Exception {
        devices(2);
        feed.seconds(2, 0, 120);
        store();
        try (Database opened = new Database(StorageConfig.of(database.url()), CATALOGUE)) {
            var kind = CATALOGUE.kind("traffic-flow").orElseThrow();
            var intensity = kind.property("intensity").orElseThrow();
            Instant start = Instant.ofEpochMilli(T / 1000);
            Series raw = opened.queries().series(kind, "xe-1", intensity, start, start.plusSeconds(3), Duration.ZERO);
            assertThat(raw.timesMillis()).containsExactly(T / 1000, T / 1000 + 1000, T / 1000 + 2000);
            assertThat(raw.values()).containsExactly(0, 1, 2);

            Series minutes = opened.queries()
                    .series(kind, "xe-1", intensity, start, start.plusSeconds(120), Duration.ofMinutes(1));
            assertThat(minutes.timesMillis()).containsExactly(T / 1000, T / 1000 + 60_000);
            assertThat(minutes.values()).containsExactly(29.5, 89.5);
            assertThat(opened.storedObservations().count(kind)).isEqualTo(240);
        }
    }

    @Test
    void aDatabaseYoungerThanTheLogGoesOnWhereTheLogBegins() throws Exception {
        devices(1);
        feed.seconds(1, 0, 10);
        log.forgetBefore(log.end());
        feed.seconds(1, 10, 20);
        store();
        assertThat(count()).isEqualTo(10);

        feed.seconds(1, 20, 30);
        store(); // a restart finds its place again
        assertThat(count()).isEqualTo(20);
        assertThat(database.rows("SELECT from_position, to_position FROM fieldwatch.log_position"))
                .containsExactly("0|" + log.end());
    }

    private void devices(int count) {
        feed.block(block -> {
            for (int i = 0; i < count; i++) {
                Feed.define(block, DeviceDefinition.undescribed(i, 1, "xe-" + i));
            }
        });
    }

    private void store() throws Exception {
        store(StorageConfig.of(database.url()));
    }

    private void store(StorageConfig config) throws Exception {
        store(log, config);
    }

    /** Starts, waits until everything is stored, and ends. */
    private void store(MemoryLog from, StorageConfig config) throws Exception {
        try (Database opened = new Database(config, CATALOGUE);
                ObservationStore store = new ObservationStore(config, opened, from, CATALOGUE, metrics)) {
            store.start();
            assertThat(store.awaitStored(from.end(), SOON)).isTrue();
        }
    }

    private long count() throws Exception {
        return database.number("SELECT count(*) FROM fieldwatch.traffic_flow");
    }

    private List<String> quarantine() throws Exception {
        return database.rows("SELECT reason, source, topic, convert_from(payload, 'UTF8') FROM fieldwatch.quarantine"
                + " ORDER BY id");
    }

    private List<String> deviceRows() throws Exception {
        return database.rows("SELECT id, external_id, name, area, lat, lon FROM fieldwatch.device");
    }

    private List<StoredObservation> read() throws Exception {
        List<StoredObservation> rows = new ArrayList<>();
        try (Database opened = new Database(StorageConfig.of(database.url()), CATALOGUE)) {
            opened.storedObservations()
                    .forEach(
                            CATALOGUE.kind("traffic-flow").orElseThrow(),
                            Instant.ofEpochMilli(T / 1000),
                            Instant.ofEpochMilli(T / 1000 + 3_600_000),
                            rows::add);
        }
        return rows;
    }

    private int port() {
        return Integer.parseInt(database.url().replaceFirst(".*://[^/:]*:(\\d+)/.*", "$1"));
    }

    private String throughProxy(PostgresProxy proxy) {
        return database.url().replaceFirst("://[^/]*/", "://127.0.0.1:" + proxy.port() + "/");
    }
}
