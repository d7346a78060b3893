package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that are ended, cannot be made, or neither end nor answer. */
final class DeadConnectionTest {

    private static final int ROWS = 500;

    private final TestDatabases server = TestDatabases.EMBEDDED; // what is tried here lies before any server

    @AutoClose
    private TestDatabase database;

    @AutoClose
    private StoreUnderFault run;

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
        run = new StoreUnderFault(database);
    }

    @Test
    void storesOnceWhenALiveConnectionFallsSilent() throws Exception {
        run.devices(5);
        run.start(run.config(ROWS));
        run.blocks(2, 5, 100);
        run.awaitStored();
        run.proxy.silence(true);
        run.proxy.silence(false); // new connections are fine
        run.blocks(4, 5, 100);

        run.assertEverythingOnce();
    }

    @Test
    @Timeout(30)
    void endsInTimeWhileTheServerIsSilent() throws Exception {
        run.devices(5);
        run.start(run.config(ROWS));
        run.blocks(2, 5, 100);
        run.awaitStored();
        run.proxy.silence(true);
        run.blocks(2, 5, 100);
        run.stop();
        assertThat(StoreUnderFault.threads()).isEmpty();
        run.proxy.silence(false);
        run.start(run.config(ROWS));

        run.assertEverythingOnce();
    }

    @Test
    void waitsWhileNoConnectionIsAnswered() throws Exception {
        run.devices(5);
        run.blocks(4, 5, 100);
        run.proxy.silence(true);
        run.start(run.config(ROWS));
        run.awaitRetries(1);
        assertThat(run.metrics.get(StorageMetric.DATABASE_UP)).isZero();
        assertThat(StoreUnderFault.threads()).isNotEmpty();
        run.proxy.silence(false);

        run.assertEverythingOnce();
    }

    @Test
    void waitsWhileConnectionsAreRefusedAndForADatabaseThatIsMadeLater() throws Exception {
        String name = run.databaseName();
        rename(name, name + "_later");
        run.devices(5);
        run.blocks(4, 5, 100);
        run.proxy.refuse(true);
        run.start(run.config(ROWS));
        run.awaitRetries(2);
        run.proxy.refuse(false); // now there is a server, but it has no such database
        run.awaitRetries(run.retries() + 2);
        assertThat(run.metrics.get(StorageMetric.DATABASE_UP)).isZero();
        rename(name + "_later", name);
        run.awaitStored();
        run.proxy.refuse(true);
        run.blocks(4, 5, 100);
        run.awaitRetries(run.retries() + 2);
        run.proxy.refuse(false);

        run.assertEverythingOnce();
    }

    @Test
    void waitsWhileTheHostHasNoName() throws Exception {
        run.devices(5);
        run.blocks(1, 5, 100);
        run.start(StoreUnderFault.config("jdbc:postgresql://no-such-host.invalid:5432/fieldwatch", ROWS));
        run.awaitRetries(2);
        assertThat(run.metrics.get(StorageMetric.DATABASE_UP)).isZero();
        assertThat(run.stored(Duration.ZERO)).isFalse();
        run.stop();
        assertThat(StoreUnderFault.threads()).isEmpty();

        run.start(run.config(ROWS));
        run.assertEverythingOnce();
    }

    @Test
    void waitsWhileTheServerTakesNoConnectionsToTheDatabase() throws Exception {
        run.devices(5);
        run.blocks(2, 5, 100);
        run.start(run.config(ROWS));
        run.awaitStored();
        allowConnections(false);
        run.terminateSessions(server.adminUrl());
        run.blocks(4, 5, 100);
        run.awaitRetries(run.retries() + 2);
        allowConnections(true);

        run.assertEverythingOnce();
    }

    private void rename(String from, String to) throws SQLException {
        StoreUnderFault.execute(server.adminUrl(), "ALTER DATABASE " + from + " RENAME TO " + to);
    }

    private void allowConnections(boolean yes) throws SQLException {
        StoreUnderFault.execute(
                server.adminUrl(), "ALTER DATABASE " + run.databaseName() + " ALLOW_CONNECTIONS " + yes);
    }
}
