package io.fieldwatch.storage;

import static io.fieldwatch.storage.StoreUnderFault.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A primary with a synchronous standby dies, and the standby takes over. */
final class FailoverTest {

    @AutoClose
    private PostgresCluster primary;

    @AutoClose
    private PostgresCluster standby;

    @BeforeEach
    void create() throws Exception {
        primary = PostgresCluster.create();
        standby = primary.standby();
        primary.with("synchronous_standby_names=*").start();
        standby.start();
        await().atMost(SOON)
                .until(() -> "sync".equals(ask(primary.url("postgres"), "SELECT sync_state FROM pg_stat_replication")));
    }

    @Test
    void nothingThatWasReportedAsStoredIsLostAndEverythingArrivesOnce() throws Exception {
        try (StoreUnderFault run = start()) {
            long before = run.storedPosition();
            Thread load = new Thread(() -> run.blocks(200, 5, 100));
            load.start();
            await().atMost(SOON).until(() -> run.storedPosition() > before);
            primary.kill();
            load.join();
            assertTheStandbyHas(run);
            standby.promote();
            run.blocks(10, 5, 100);

            run.assertEverythingOnce();
        }
    }

    @Test
    void whatOnlyThePrimaryHasIsNotReportedAsStored() throws Exception {
        try (StoreUnderFault run = start()) {
            standby.stopImmediately();
            run.blocks(10, 5, 100);
            assertThat(run.stored(Duration.ofSeconds(1))).isFalse();
            await().atMost(SOON)
                    .until(() -> "SyncRep"
                            .equals(ask(
                                    primary.url("postgres"),
                                    "SELECT max(wait_event) FROM pg_stat_activity WHERE application_name LIKE"
                                            + " 'fieldwatch%' AND wait_event_type = 'IPC'")));
            primary.kill();
            standby.start();
            assertTheStandbyHas(run);
            standby.promote();

            run.assertEverythingOnce();
        }
    }

    /** With something stored, and with both servers in its URL. */
    private StoreUnderFault start() throws Exception {
        TestDatabase database = TestDatabase.create("jdbc:postgresql://127.0.0.1:" + primary.port() + ",127.0.0.1:"
                + standby.port() + "/postgres?user=postgres&targetServerType=primary"); // goes with its servers
        StoreUnderFault run = new StoreUnderFault(database);
        run.devices(5);
        run.blocks(10, 5, 100);
        run.start(StoreUnderFault.config(database.url(), 500));
        run.awaitStored();
        return run;
    }

    /** Everything that was reported until now; the primary is gone, and the standby still only reads. */
    private void assertTheStandbyHas(StoreUnderFault run) throws SQLException {
        long reported = run.storedPosition();
        String url = standby.url(run.databaseName());
        await().atMost(SOON)
                .until(() -> "f".equals(ask(url, "SELECT pg_last_wal_replay_lsn() < pg_last_wal_receive_lsn()")));
        assertThat(Long.parseLong(ask(url, "SELECT max(to_position) FROM fieldwatch.log_position")))
                .as("how far the standby has what was reported")
                .isGreaterThanOrEqualTo(reported);
    }

    private static String ask(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            return String.valueOf(Database.one(connection, sql));
        }
    }
}
