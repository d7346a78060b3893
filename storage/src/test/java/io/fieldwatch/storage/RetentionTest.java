package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.MetricSet;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
final class RetentionTest {

    private static final SchemaOptions OPTIONS = SchemaOptions.DEFAULT.withRetention(Duration.ofDays(30));

    private final TestDatabases server;
    private final MetricSet<StorageMetric> metrics = new MetricSet<>(StorageMetric.class);

    @AutoClose
    private TestDatabase database;

    @AutoClose
    private Database opened;

    private Edition edition;

    RetentionTest(TestDatabases server) {
        this.server = server;
    }

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
        opened = new Database(StorageConfig.of(database.url()), Catalogue.builtIn(), OPTIONS);
        edition = opened.migrate();
    }

    @Test
    void removesObservationsThatAreTooOldAndLeavesTheOthers() throws Exception {
        assumeThat(edition).isNotEqualTo(Edition.TIMESCALE_COMMUNITY); // a policy of the server does it there
        observations("traffic_flow", "now() - interval '400 days'", 50_000);
        observations("traffic_flow", "now() - interval '33 days'", 10);
        observations("traffic_flow", "now() - interval '29 days'", 10);
        observations("air_quality", "now() - interval '33 days'", 1);

        Retention.Removed removed = retention().round();

        assertThat(database.number("SELECT count(*) FROM fieldwatch.traffic_flow"))
                .isEqualTo(10);
        assertThat(database.number("SELECT count(*) FROM fieldwatch.air_quality"))
                .isZero();
        if (edition == Edition.PLAIN) {
            assertThat(removed).isEqualTo(new Retention.Removed(0, 50_011, 0));
            assertThat(metrics.get(StorageMetric.RETENTION_ROWS)).isEqualTo(50_011);
        } else {
            assertThat(removed.chunks()).isEqualTo(metrics.get(StorageMetric.RETENTION_CHUNKS));
            assertThat(removed.chunks()).isBetween(3, 4); // 50,000 seconds may reach into a second day
        }
        assertThat(retention().round()).isEqualTo(Retention.Removed.NOTHING);
    }

    @Test
    void removesQuarantineThatIsTooOld() throws Exception {
        quarantine("now() - interval '31 days'", 45_000);
        quarantine("now() - interval '29 days'", 7);

        assertThat(retention().round()).isEqualTo(new Retention.Removed(0, 0, 45_000));
        assertThat(database.number("SELECT count(*) FROM fieldwatch.quarantine"))
                .isEqualTo(7);
    }

    @Test
    void oneEngineAtATime() throws Exception {
        quarantine("now() - interval '31 days'", 1);
        try (Connection other = DriverManager.getConnection(database.url())) {
            Database.execute(other, "SELECT pg_advisory_lock(" + 0x6669656c64726574L + ")");
            assertThat(retention().round()).isEqualTo(Retention.Removed.NOTHING);
        }
        assertThat(database.number("SELECT count(*) FROM fieldwatch.quarantine"))
                .isEqualTo(1);
    }

    @Test
    void doesNotWaitForALockThatSomebodyHolds() throws Exception {
        assumeThat(edition).isEqualTo(Edition.TIMESCALE_APACHE);
        observations("traffic_flow", "now() - interval '33 days'", 1);
        observations("air_quality", "now() - interval '33 days'", 1);
        try (Connection other = DriverManager.getConnection(database.url())) {
            other.setAutoCommit(false);
            Database.execute(other, "SELECT count(*) FROM fieldwatch.traffic_flow");

            assertThat(retention().round().chunks()).isEqualTo(1);
            other.rollback();
        }
        assertThat(database.number("SELECT count(*) FROM fieldwatch.traffic_flow"))
                .isEqualTo(1);
        assertThat(retention().round().chunks()).isEqualTo(1);
    }

    @Test
    void leavesItsConnectionAsItFoundIt() throws Exception {
        retention().round();

        try (Connection connection = opened.writer()) {
            assertThat(Database.one(connection, "SHOW lock_timeout")).isEqualTo("0");
            assertThat(connection.getAutoCommit()).isFalse();
        }
    }

    @Test
    void startsAndStops() {
        Retention retention = retention();
        retention.start();
        retention.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("fieldwatch-retention"));
    }

    private Retention retention() {
        return new Retention(opened, Catalogue.builtIn(), metrics);
    }

    /** A second apart, backwards. */
    private void observations(String table, String newest, int count) throws Exception {
        database.execute("INSERT INTO fieldwatch." + table + " (time, device_id) SELECT " + newest
                + " - i * interval '1 second', 1 FROM generate_series(1, " + count + ") i");
    }

    private void quarantine(String time, int count) throws Exception {
        database.execute("INSERT INTO fieldwatch.quarantine (time, source, topic, payload, reason, detail) SELECT "
                + time + ", 's', 't', '', 'CONFLICT', '' FROM generate_series(1, " + count + ")");
    }
}
