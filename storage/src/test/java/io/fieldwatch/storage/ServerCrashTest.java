package io.fieldwatch.storage;

import static io.fieldwatch.storage.StoreUnderFault.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server dies at an exact moment of a transaction and comes back on its files. */
final class ServerCrashTest {

    private static PostgresCluster cluster;

    @AutoClose
    private TestDatabase database;

    @AutoClose
    private StoreUnderFault run;

    private interface Crash {
        void happen() throws Exception;
    }

    @BeforeAll
    static void start() throws Exception {
        cluster = PostgresCluster.create();
        cluster.start();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void create() throws Exception {
        database = TestDatabase.create(cluster.url("postgres"));
        run = new StoreUnderFault(database);
        run.devices(5);
        run.start(run.config(500));
    }

    @Test
    void losesAndDoublesNothingWhenTheServerIsStoppedImmediately() throws Exception {
        crashAt(Passing.copyDone(), cluster::stopImmediately);
        cluster.start();
        run.awaitStored();
        crashAt(Passing.committed(), cluster::stopImmediately);
        run.awaitRetries(run.retries() + 2);
        cluster.start();

        run.assertEverythingOnce();
    }

    @Test
    void losesAndDoublesNothingWhenThePostmasterIsKilled() throws Exception {
        crashAt(Passing.commit(), cluster::kill);
        cluster.start();
        run.awaitStored();
        crashAt(Passing.committed(), cluster::kill);
        run.awaitRetries(run.retries() + 2);
        cluster.start();

        run.assertEverythingOnce();
    }

    @Test
    void losesAndDoublesNothingWhenASessionsProcessIsKilled() throws Exception {
        // The server ends all other sessions then and recovers by itself.
        for (var moment : List.of(Passing.copyData(), Passing.position(), Passing.committed())) {
            Fault fault = run.proxy.at(
                    1,
                    moment,
                    new Fault.First(passing -> quietly(() -> PostgresCluster.killBackend(passing.backend()))));
            run.blocks(5, 5, 100);
            assertThat(fault.awaitHappened(SOON)).isTrue();
            run.awaitStored();
        }

        run.assertEverythingOnce();
    }

    /** Feeds on, and crashes the server at a message of a later batch. */
    private void crashAt(Predicate<Passing> moment, Crash crash) throws Exception {
        Fault fault = run.proxy.at(3, moment, new Fault.First(passing -> quietly(crash)));
        run.blocks(8, 5, 100);
        assertThat(fault.awaitHappened(SOON)).isTrue();
    }

    private static void quietly(Crash crash) {
        try {
            crash.happen();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
