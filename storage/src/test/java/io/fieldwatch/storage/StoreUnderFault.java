package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.MemoryLog;
import io.fieldwatch.telemetry.MetricSet;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A log, the storage that brings it through a proxy into a database, and what must hold of them after any fault. */
final class StoreUnderFault implements AutoCloseable {

    /** Two kinds, so that a database is made quickly: traffic-flow (1) and air-quality (3). */
    static final Catalogue CATALOGUE = new Catalogue(
            1,
            Catalogue.builtIn().kinds().stream()
                    .filter(kind -> kind.number() == 1 || kind.number() == 3)
                    .toList());

    static final Duration SOON = Duration.ofSeconds(30);

    private static final int AIR_DEVICE = 1_000;
    private static final long STEP_MICROS = 10_000;
    private static final String THREADS = "fieldwatch-storage";

    final TestDatabase database;
    final PostgresProxy proxy;
    final MetricSet<StorageMetric> metrics = new MetricSet<>(StorageMetric.class);
    final MemoryLog log = new MemoryLog();
    final Feed feed = new Feed(log);

    private @Nullable Database opened;
    private @Nullable ObservationStore store;
    private long traffic;
    private long air;

    StoreUnderFault(TestDatabase database) throws IOException {
        this.database = database;
        proxy = new PostgresProxy(Integer.parseInt(database.url().replaceFirst(".*:(\\d+)/.*", "$1")));
    }

    /** Small batches and short waits, through the proxy. */
    StorageConfig config(int batchRows) {
        return config(throughProxy(), batchRows);
    }

    String throughProxy() {
        return database.url().replaceFirst("://[^/]*/", "://127.0.0.1:" + proxy.port() + "/");
    }

    static StorageConfig config(String url, int batchRows) {
        return StorageConfig.of(url)
                .withBatchRowsMax(batchRows)
                .withVisibleWithin(Duration.ofMillis(100))
                .withConnectTimeout(Duration.ofSeconds(1))
                .withWriteTimeout(Duration.ofSeconds(3));
    }

    /** Devices 0 to count - 1 of kind traffic-flow. */
    void devices(int count) {
        feed.block(block -> {
            for (int i = 0; i < count; i++) {
                Feed.define(block, DeviceDefinition.undescribed(i, 1, "xe-" + i));
            }
        });
    }

    /** Blocks of {@code devices * times} rows; the n-th observation of a device has the intensity n. */
    void blocks(int count, int devices, int times) {
        for (int i = 0; i < count; i++) {
            long from = traffic / devices;
            feed.block(block -> {
                for (long n = from; n < from + times; n++) {
                    for (int device = 0; device < devices; device++) {
                        Feed.intensity(block, device, timeOf(n), (double) n);
                    }
                }
            });
            traffic += (long) devices * times;
        }
    }

    /** An observation that no row can be, once the table has been told so; it stands between two others in time. */
    void poison(int device, long n) {
        feed.block(block -> Feed.intensity(block, device, timeOf(n) + STEP_MICROS / 2, -1));
    }

    /** A block with observations of another kind. */
    void airQuality(int times) {
        feed.device(AIR_DEVICE, 3, "air-1");
        feed.block(block -> {
            for (long n = air; n < air + times; n++) {
                pm25(block, timeOf(n), (double) n);
            }
        });
        air += times;
    }

    void poisonAirQuality(long n) {
        feed.device(AIR_DEVICE, 3, "air-1");
        feed.block(block -> pm25(block, timeOf(n) + STEP_MICROS / 2, -1));
    }

    private static void pm25(BlockWriter block, long timeMicros, double value) {
        block.begin(3, AIR_DEVICE);
        block.setNumber(0, value);
        assertThat(block.commit(timeMicros, Feed.START_MICROS / 1000, 0)).isTrue();
    }

    private static long timeOf(long n) {
        return Feed.START_MICROS + n * STEP_MICROS;
    }

    /** Makes the schema, past the proxy. */
    void migrate() throws SQLException {
        try (Database direct = new Database(StorageConfig.of(database.url()), CATALOGUE)) {
            direct.migrate();
        }
    }

    /** Nothing but the positions protects from doubling any more: the index is there, but unique no longer. */
    void giveUpUniqueness() throws SQLException {
        migrate();
        database.execute("DROP INDEX fieldwatch.traffic_flow_device_time");
        database.execute("CREATE INDEX traffic_flow_device_time ON fieldwatch.traffic_flow (device_id, time)");
    }

    ObservationStore start(StorageConfig config) {
        opened = new Database(config, CATALOGUE);
        ObservationStore started = new ObservationStore(config, opened, log, CATALOGUE, metrics);
        store = started;
        started.start();
        return started;
    }

    void awaitStored() throws InterruptedException {
        assertThat(started().awaitStored(log.end(), SOON))
                .as(
                        "everything is stored in %s; stored %d of %d",
                        SOON, started().storedPosition(), log.end())
                .isTrue();
    }

    boolean stored(Duration wait) throws InterruptedException {
        return started().awaitStored(log.end(), wait);
    }

    void assertEverythingOnce() throws Exception {
        assertEverythingOnce(0);
    }

    /** Waits until all is stored, ends the storage and looks at every row, metric, thread and session. */
    void assertEverythingOnce(int unstorable) throws Exception {
        assertRowsOnce(unstorable);
        assertThat(metrics.get(StorageMetric.ROWS_STORED)).as("rows_stored").isEqualTo(traffic + air);
        assertThat(metrics.get(StorageMetric.DUPLICATES)).as("duplicates").isZero();
        assertThat(metrics.get(StorageMetric.CONFLICTS)).as("conflicts").isZero();
        assertThat(metrics.get(StorageMetric.UNSTORABLE)).as("unstorable").isEqualTo(unstorable);
        assertThat(metrics.get(StorageMetric.QUARANTINED)).as("quarantined").isEqualTo(unstorable);
    }

    /** The same without the metrics. */
    void assertRowsOnce(int unstorable) throws Exception {
        awaitStored();
        proxy.endSilent();
        assertThat(threads()).as("storage's threads").isNotEmpty();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(database.rows("SELECT pid, state, query FROM " + sessions()
                                + " AND state IS DISTINCT FROM 'idle' AND query NOT LIKE 'DISCARD%'"))
                        .as("sessions at work though all is stored")
                        .isEmpty());
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(metrics.get(StorageMetric.DATABASE_UP)).isEqualTo(1);
            assertThat(metrics.get(StorageMetric.LAG_BYTES)).isZero();
        });
        stop();
        assertThat(threads()).isEmpty();
        assertThat(database.rows("SELECT count(*), count(DISTINCT (device_id, time)), count(*) FILTER (WHERE intensity"
                        + " IS DISTINCT FROM (extract(epoch FROM time) * 1000000 - " + Feed.START_MICROS + ") / "
                        + STEP_MICROS + ") FROM fieldwatch.traffic_flow"))
                .as("rows of traffic-flow, different ones, wrong ones")
                .containsExactly(traffic + "|" + traffic + "|0");
        assertThat(database.rows("SELECT count(*), count(DISTINCT (device_id, time)) FROM fieldwatch.air_quality"))
                .as("rows of air-quality, different ones")
                .containsExactly(air + "|" + air);
        assertThat(database.rows("SELECT min(from_position), max(to_position), sum(to_position - from_position)"
                        + " FROM fieldwatch.log_position WHERE log_id = '" + log.id() + "'"))
                .as("positions")
                .containsExactly("0|" + log.end() + "|" + log.end());
        assertThat(database.rows("SELECT reason, count(*) FROM fieldwatch.quarantine GROUP BY 1"))
                .as("quarantine")
                .isEqualTo(unstorable == 0 ? List.of() : List.of("UNSTORABLE|" + unstorable));
    }

    /** Ends the storage; all its sessions end with it. */
    void stop() throws Exception {
        ObservationStore ending = store;
        Database closing = opened;
        store = null;
        opened = null;
        if (ending != null) {
            ending.close();
        }
        if (closing != null) {
            closing.close();
        }
    }

    /** Ends all of storage's sessions, as an administrator would. */
    void terminateSessions(String adminUrl) throws SQLException {
        execute(adminUrl, "SELECT pg_terminate_backend(pid, 5000) FROM " + sessions());
    }

    String databaseName() {
        return database.url().replaceFirst(".*/([^/?]*)([?].*)?$", "$1");
    }

    static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long storedPosition() {
        return started().storedPosition();
    }

    long retries() {
        return metrics.get(StorageMetric.RETRIES);
    }

    void awaitRetries(long count) {
        await().atMost(SOON).until(() -> retries() >= count);
    }

    @Override
    public void close() throws Exception {
        try (proxy) {
            stop();
        }
    }

    /** Storage's sessions in this database; the test's own have another application name. */
    private String sessions() {
        return "pg_stat_activity WHERE datname = '" + databaseName() + "' AND application_name LIKE 'fieldwatch%'";
    }

    static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith(THREADS))
                .toList();
    }

    private ObservationStore started() {
        if (store == null) {
            throw new IllegalStateException("nothing has been started");
        }
        return store;
    }
}
