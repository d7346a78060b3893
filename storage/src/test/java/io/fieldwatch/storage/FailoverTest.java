package io.fieldwatch.storage;

import static io.fieldwatch.storage.StoreUnderFault.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
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
        String both = "jdbc:postgresql://127.0.0.1:" + primary.port() + ",127.0.0.1:" + standby.port()
                + "/postgres?user=postgres&targetServerType=primary";
        TestDatabase database = TestDatabase.create(both); // closed with its servers
        try (StoreUnderFault run = new StoreUnderFault(database)) {
            run.devices(5);
            run.blocks(10, 5, 100);
            run.start(StoreUnderFault.config(database.url(), 500));
            run.awaitStored();
            Thread load = new Thread(() -> run.blocks(200, 5, 100));
            load.start();
            long before = run.storedPosition();
            await().atMost(SOON).until(() -> run.storedPosition() > before);
            primary.kill();
            long reported = run.storedPosition();
            load.join();

            String there = standby.url(run.databaseName());
            await().atMost(SOON)
                    .until(() -> "t"
                            .equals(ask(there, "SELECT pg_last_wal_replay_lsn() = pg_last_wal_receive_lsn()")));
            assertThat(Long.parseLong(ask(there, "SELECT max(to_position) FROM fieldwatch.log_position")))
                    .as("what the standby has of what was reported")
                    .isGreaterThanOrEqualTo(reported);
            standby.promote();
            run.blocks(10, 5, 100);

            run.assertEverythingOnce();
        }
    }

    private static String ask(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            return String.valueOf(Database.one(connection, sql));
        }
    }
}
