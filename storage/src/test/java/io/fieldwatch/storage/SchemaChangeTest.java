package io.fieldwatch.storage;

import static io.fieldwatch.storage.StoreUnderFault.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Label;
import io.fieldwatch.telemetry.MemoryLog;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A process with a larger catalogue starts while one with a smaller catalogue writes. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
final class SchemaChangeTest {

    private static final int QUEUE = 10;
    private static final Catalogue LARGER = larger();

    private final TestDatabases server;
    private final MemoryLog newerLog = new MemoryLog();
    private final Feed newerFeed = new Feed(newerLog);
    private final MetricSet<StorageMetric> newerMetrics = new MetricSet<>(StorageMetric.class);

    @AutoClose
    private TestDatabase database;

    @AutoClose
    private StoreUnderFault run;

    SchemaChangeTest(TestDatabases server) {
        this.server = server;
    }

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
        run = new StoreUnderFault(database);
        run.devices(5);
        run.blocks(4, 5, 100);
        run.start(run.config(500));
        run.awaitStored();
    }

    @Test
    void theOldProcessWritesOnWhileTheNewOneAddsAPropertyAndAKind() throws Exception {
        newerFeed.device(0, 4, "ồn-1");
        newerFeed.block(block -> {
            for (int n = 0; n < 100; n++) {
                block.begin(4, 0);
                block.setNumber(0, n);
                assertThat(block.commit(Feed.START_MICROS + n, Feed.START_MICROS / 1000, 0))
                        .isTrue();
            }
        });
        storeTheNewer(() -> run.blocks(1, 5, 100));
        run.blocks(4, 5, 100);
        run.assertEverythingOnce();

        newerFeed.device(1, 1, "xe-mới");
        newerFeed.block(block -> {
            block.begin(1, 1);
            block.setNumber(QUEUE, 250);
            assertThat(block.commit(Feed.START_MICROS, Feed.START_MICROS / 1000, 0))
                    .isTrue();
        });
        storeTheNewer(() -> {});
        assertThat(database.rows("SELECT external_id, intensity, queue_length FROM fieldwatch.traffic_flow_named"
                        + " WHERE queue_length IS NOT NULL"))
                .containsExactly("xe-mới|null|250");
        assertThat(database.number("SELECT count(*) FROM fieldwatch.noise_level"))
                .isEqualTo(100);
        assertThat(newerMetrics.get(StorageMetric.ROWS_STORED)).isEqualTo(101);
        assertThat(database.rows("SELECT * FROM fieldwatch.quarantine")).isEmpty();
    }

    @Test
    void theOldProcessDoesNotTakeThePropertyOutOfTheViewAgain() throws Exception {
        try (Database opened = new Database(StoreUnderFault.config(database.url(), 500), LARGER)) {
            opened.migrate();
        }
        Fault fault = run.proxy.at(1, Passing.commit(), new Fault.Cut()); // after an error it looks after its tables
        run.blocks(4, 5, 100);

        run.assertEverythingOnce();
        assertThat(fault.happened()).isTrue();
        assertThat(database.rows("SELECT count(queue_length) FROM fieldwatch.traffic_flow_named"))
                .containsExactly("0");
    }

    @Test
    void aReportThatReadsForLongDoesNotLetASchemaChangeHoldUpTheWriter() throws Exception {
        StorageConfig config = StoreUnderFault.config(database.url(), 500);
        try (Database opened = new Database(config, LARGER);
                ObservationStore newer = new ObservationStore(config, opened, newerLog, LARGER, newerMetrics)) {
            try (Connection report = DriverManager.getConnection(database.url())) {
                report.setAutoCommit(false);
                Database.execute(report, "SELECT count(*) FROM fieldwatch.traffic_flow");
                newer.start(); // the new column needs the table for itself
                awaitTheSchemaChange();
                run.blocks(4, 5, 100);
                run.awaitStored();
                report.rollback();
            }
            newerFeed.device(0, 1, "xe-mới");
            assertThat(newer.awaitStored(newerLog.end(), SOON)).isTrue();
        }
        run.assertEverythingOnce();
        assertThat(database.rows("SELECT count(queue_length) FROM fieldwatch.traffic_flow_named"))
                .containsExactly("0");
    }

    @Test
    void looksAfterItsTablesWithoutWaitingForOthersThatWriteToThem() throws Exception {
        try (Connection other = DriverManager.getConnection(database.url())) {
            other.setAutoCommit(false);
            Database.execute(other, "INSERT INTO fieldwatch.traffic_flow (time, device_id) VALUES (now(), 1)");
            Fault fault = run.proxy.at(1, Passing.commit(), new Fault.Cut());
            run.blocks(4, 5, 100);
            run.awaitStored();
            assertThat(fault.happened()).isTrue();
            other.rollback();
        }
        run.assertEverythingOnce();
    }

    private void storeTheNewer(Runnable meanwhile) throws Exception {
        StorageConfig config = StoreUnderFault.config(database.url(), 500);
        try (Database opened = new Database(config, LARGER);
                ObservationStore newer = new ObservationStore(config, opened, newerLog, LARGER, newerMetrics)) {
            newer.start();
            long end = System.nanoTime() + SOON.toNanos();
            do {
                meanwhile.run();
                assertThat(System.nanoTime()).isLessThan(end);
            } while (!newer.awaitStored(newerLog.end(), Duration.ofMillis(20)));
        }
    }

    /** Until it waits for the table, or has given up its first attempt. */
    private void awaitTheSchemaChange() {
        await().atMost(SOON)
                .until(() -> newerMetrics.get(StorageMetric.RETRIES) > 0
                        || database.number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                        + " AND wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE%'")
                                > 0);
    }

    private static Catalogue larger() {
        List<Kind> kinds = new ArrayList<>();
        for (Kind kind : Catalogue.builtIn().kinds()) {
            if (kind.number() == 1) {
                List<Property> properties = new ArrayList<>(kind.properties());
                properties.add(new Property(
                        QUEUE,
                        "queueLength",
                        PropertyType.NUMBER,
                        "m",
                        0,
                        10_000,
                        List.of(),
                        new Label("Hàng chờ", "Queue")));
                kinds.add(new Kind(1, kind.name(), kind.model(), kind.label(), kind.expectedInterval(), properties));
            } else if (kind.number() == 3 || kind.number() == 4) {
                kinds.add(kind);
            }
        }
        return new Catalogue(2, kinds);
    }
}
