package io.fieldwatch.storage;

import static io.fieldwatch.storage.StoreUnderFault.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that answers with errors, ends what is at work, or takes no writes for a time. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
final class ServerFaultTest {

    private final TestDatabases server;

    @AutoClose
    private TestDatabase database;

    @AutoClose
    private StoreUnderFault run;

    ServerFaultTest(TestDatabases server) {
        this.server = server;
    }

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
        run = new StoreUnderFault(database);
    }

    @Test
    void storesOnceWhenTheServerEndsASessionAtAnyMoment() throws Exception {
        run.devices(5);
        run.start(run.config(500));
        List<Predicate<Passing>> moments = List.of(
                Passing.copyData(),
                Passing.commit(),
                Passing.statement("COPY"),
                Passing.position(),
                Passing.copyDone(),
                Passing.statement("BEGIN"),
                Passing.commit(),
                Passing.committed());
        for (Predicate<Passing> moment : moments) {
            Fault fault = run.proxy.at(1, moment, new Fault.First(signal("pg_terminate_backend")));
            run.blocks(3, 5, 100);
            assertThat(fault.awaitHappened(SOON)).isTrue();
            run.awaitStored(); // or else the pauses between attempts grow
        }

        run.assertEverythingOnce();
        assertThat(run.retries()).isPositive();
    }

    @Test
    void storesOnceWhenACopyIsCutOrCancelledInItsMiddle() throws Exception {
        run.devices(20);
        run.start(run.config(16_000));
        List<Fault.Action> actions = List.of(
                new Fault.Cut(),
                new Fault.ForwardAndCut(),
                new Fault.Reset(),
                new Fault.First(signal("pg_cancel_backend")),
                new Fault.First(signal("pg_terminate_backend")));
        for (Fault.Action action : actions) {
            // A batch of these rows is about five messages.
            List<Fault> faults = IntStream.of(1, 3)
                    .mapToObj(n -> run.proxy.at(n, Passing.copyData(), action))
                    .toList();
            run.blocks(8, 20, 200);
            run.awaitStored();
            assertThat(faults).as("%s", action).allMatch(Fault::happened);
        }

        run.assertEverythingOnce();
        assertThat(run.retries()).isGreaterThanOrEqualTo(actions.size());
    }

    @Test
    void storesOnceWhenTheStatementOfThePositionFails() throws Exception {
        run.migrate();
        database.execute("CREATE SEQUENCE attempts");
        database.execute("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                + " IF nextval('attempts') IN (1, 2, 5, 8) THEN RAISE EXCEPTION 'not now'; END IF; RETURN NEW; END $$");
        database.execute("CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON fieldwatch.log_position"
                + " FOR EACH ROW EXECUTE FUNCTION fail()");
        run.devices(5);
        run.blocks(8, 5, 100);
        run.start(run.config(500));

        run.assertEverythingOnce();
        assertThat(run.retries()).isGreaterThanOrEqualTo(2); // two writers may fail at once
    }

    @Test
    void storesOnceWhenTheServerGivesUpATransactionAsADeadlock() throws Exception {
        run.migrate();
        database.execute("CREATE SEQUENCE attempts");
        database.execute("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE attempt bigint ="
                + " nextval('attempts'); BEGIN"
                + " IF attempt = 10 THEN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END IF;"
                + " IF attempt = 900 THEN RAISE EXCEPTION 'snapshot' USING ERRCODE = '40001'; END IF;"
                + " IF attempt = 1800 THEN RAISE EXCEPTION 'lock' USING ERRCODE = '55P03'; END IF;"
                + " IF attempt = 2500 THEN RAISE EXCEPTION 'disk' USING ERRCODE = '53100'; END IF;"
                + " RETURN NEW; END $$");
        database.execute("CREATE TRIGGER fail BEFORE INSERT ON fieldwatch.traffic_flow"
                + " FOR EACH ROW EXECUTE FUNCTION fail()");
        run.devices(5);
        run.blocks(8, 5, 100);
        run.start(run.config(500));

        run.assertEverythingOnce();
        assertThat(run.retries()).isGreaterThanOrEqualTo(2); // two writers may fail at once
    }

    @Test
    void storesAgainWhenAReadOnlyServerTakesWritesAgain() throws Exception {
        run.devices(5);
        run.blocks(4, 5, 100);
        run.start(run.config(500));
        run.awaitStored();
        readOnly(true);
        run.blocks(4, 5, 100);
        run.awaitRetries(run.retries() + 3);
        assertThat(run.metrics.get(StorageMetric.DATABASE_UP)).isZero();
        readOnly(false); // the sessions that are open stay what they are
        run.awaitStored();
        run.blocks(8, 5, 100);

        run.assertEverythingOnce();
    }

    @Test
    void aReadOnlyServerAtTheStartIsWaitedFor() throws Exception {
        readOnly(true);
        run.devices(5);
        run.blocks(4, 5, 100);
        run.start(run.config(500));
        run.awaitRetries(1);
        readOnly(false);

        run.assertEverythingOnce();
        assertTablesFitTheServer();
    }

    @Test
    void aSessionThatEndsWhileTheEditionIsAskedForDoesNotDecideTheEdition() throws Exception {
        // Whatever the server is asked first about TimescaleDB, its session ends there.
        Fault fault =
                run.proxy.at(1, Passing.statement("timescaledb"), new Fault.First(signal("pg_terminate_backend")));
        Fault second =
                run.proxy.at(1, Passing.statement("CREATE EXTENSION"), new Fault.First(signal("pg_terminate_backend")));
        run.devices(5);
        run.blocks(2, 5, 100);
        run.start(run.config(500));

        run.assertEverythingOnce();
        assertThat(fault.happened()).isTrue();
        assertThat(second.happened()).isEqualTo(server == TestDatabases.TIMESCALE);
        assertTablesFitTheServer();
    }

    private void assertTablesFitTheServer() throws SQLException {
        if (server == TestDatabases.TIMESCALE) {
            assertThat(database.rows("SELECT hypertable_name FROM timescaledb_information.hypertables ORDER BY 1"))
                    .contains("air_quality", "traffic_flow");
        }
    }

    private Consumer<Passing> signal(String function) {
        return passing -> {
            try {
                database.rows("SELECT " + function + "(" + passing.backend() + ")");
                // What stands in a COPY notices only when more of it comes; the others are gone by then.
                Thread.sleep(20);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private void readOnly(boolean yes) throws SQLException {
        StoreUnderFault.execute(
                server.adminUrl(),
                "ALTER DATABASE " + run.databaseName() + " SET default_transaction_read_only = " + yes);
        if (yes) {
            run.terminateSessions(server.adminUrl());
        }
    }
}
