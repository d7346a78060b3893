package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that the database refuses go to quarantine, and nothing else does. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
final class PoisonRowTest {

    private static final int DEVICES = 20;
    private static final int TIMES = 100;
    /** All rows of a test are one batch. */
    private static final int MANY = 100_000;

    private static final int POISONED = 24;

    private final TestDatabases server;

    @AutoClose
    private TestDatabase database;

    @AutoClose
    private StoreUnderFault run;

    PoisonRowTest(TestDatabases server) {
        this.server = server;
    }

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
        run = new StoreUnderFault(database);
        run.migrate();
        database.execute("ALTER TABLE fieldwatch.traffic_flow ADD CHECK (intensity >= 0)");
        database.execute("ALTER TABLE fieldwatch.air_quality ADD CHECK (pm25 >= 0)");
        run.devices(DEVICES);
    }

    @Test
    void oneAmongManyCostsAFewStatements() throws Exception {
        run.blocks(1, DEVICES, TIMES);
        run.poison(7, TIMES / 3);
        run.blocks(1, DEVICES, TIMES);
        storeAndCheck(1);
    }

    @Test
    void theFirstAndTheLastOfABatchAndSeveralBetween() throws Exception {
        run.poison(0, -1);
        run.blocks(2, DEVICES, TIMES);
        for (int device = 3; device < 11; device++) {
            run.poison(device, 11L * device);
        }
        run.poison(DEVICES - 1, 2 * TIMES);
        storeAndCheck(10);
    }

    @Test
    void ofTwoKindsAtOnce() throws Exception {
        run.blocks(1, DEVICES, TIMES);
        run.airQuality(500);
        run.poison(3, 5);
        run.poisonAirQuality(250);
        run.poisonAirQuality(-1);
        storeAndCheck(3);
    }

    @Test
    void aWholeBatchOfThem() throws Exception {
        for (int n = 0; n < POISONED; n++) {
            run.poison(n % DEVICES, n);
        }
        run.airQuality(10);
        storeAndCheck(POISONED);
    }

    @Test
    void withConnectionsThatAreCutWhileTheyAreLookedFor() throws Exception {
        run.blocks(1, DEVICES, TIMES);
        run.poison(4, TIMES); // later than the others: not one of those that are looked at one by one anyway
        List<Fault> faults = IntStream.of(2, 9)
                .mapToObj(n -> run.proxy.at(n, Passing.copyDone(), new Fault.Cut()))
                .toList();
        Fault late = run.proxy.at(1, Passing.commit(), new Fault.ForwardAndCut());
        run.start(run.config(MANY));

        run.assertEverythingOnce(1);
        assertThat(faults).allMatch(Fault::happened);
        assertThat(late.happened()).isTrue();
    }

    private void storeAndCheck(int poisoned) throws Exception {
        Fault commits = run.proxy.count(Passing.commit());
        Fault copies = run.proxy.count(Passing.copyDone());
        run.start(run.config(MANY));

        run.assertEverythingOnce(poisoned);
        assertThat(database.rows("SELECT convert_from(payload, 'UTF8') FROM fieldwatch.quarantine"))
                .allMatch(payload -> payload.contains(":-1.0}"));
        // Halving finds one row in about two COPYs for each power of two; a transaction is not needed for each.
        assertThat(copies.seen()).as("COPYs").isLessThanOrEqualTo(8 + 26 * poisoned);
        assertThat(commits.seen()).as("transactions with rows").isBetween(1, 3);
    }
}
