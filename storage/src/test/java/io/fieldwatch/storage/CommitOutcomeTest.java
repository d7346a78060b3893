package io.fieldwatch.storage;

import static io.fieldwatch.storage.StoreUnderFault.CATALOGUE;
import static io.fieldwatch.storage.StoreUnderFault.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a transaction was committed is not known when its connection ends around the COMMIT; the database knows. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
final class CommitOutcomeTest {

    private static final int ROWS = 500;
    /** Storage has long tried again by then. */
    private static final Duration LATE = Duration.ofMillis(1_500);

    private final TestDatabases server;

    @AutoClose
    private TestDatabase database;

    @AutoClose
    private StoreUnderFault run;

    private enum Moment {
        BEFORE_THE_COMMIT(Passing.commit(), new Fault.Cut()),
        BEFORE_THE_COMMIT_WITH_A_RESET(Passing.commit(), new Fault.Reset()),
        BEHIND_THE_COMMIT(Passing.commit(), new Fault.ForwardAndCut()),
        BEFORE_THE_ANSWER_TO_THE_COMMIT(Passing.committed(), new Fault.Cut()),
        BEFORE_THE_ANSWER_WITH_A_RESET(Passing.committed(), new Fault.Reset()),
        WITHIN_THE_ANSWER_TO_THE_COMMIT(Passing.committed(), new Fault.ForwardAndCut()),
        BETWEEN_COPY_AND_POSITION(Passing.copyTaken(), new Fault.ForwardAndCut()),
        BEFORE_THE_POSITION(Passing.position(), new Fault.Cut()),
        BEHIND_THE_POSITION(Passing.position(), new Fault.ForwardAndCut()),
        POSITION_ARRIVES_WHEN_THE_CLIENT_IS_GONE(
                Passing.position(), new Fault.CutAndForwardLater(Duration.ofMillis(300))),
        COMMIT_ARRIVES_WHEN_THE_CLIENT_IS_GONE(Passing.commit(), new Fault.CutAndForwardLater(Duration.ofMillis(300))),
        SLOW_COMMIT(Passing.commit(), new Fault.Delay(Duration.ofMillis(300)));

        private final Predicate<Passing> when;
        private final Fault.Action action;

        Moment(Predicate<Passing> when, Fault.Action action) {
            this.when = when;
            this.action = action;
        }
    }

    CommitOutcomeTest(TestDatabases server) {
        this.server = server;
    }

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
        run = new StoreUnderFault(database);
    }

    @Test
    void storesOnceAtWhateverMomentTheConnectionIsCut() throws Exception {
        run.devices(5);
        run.start(run.config(ROWS));
        List<Moment> moments = new ArrayList<>(List.of(Moment.values()));
        moments.addAll(List.of(Moment.values()));
        Collections.shuffle(moments, new Random(3)); // so that each follows another one than in its first turn
        int cuts = 0;
        for (Moment moment : moments) {
            Fault fault = run.proxy.at(1, moment.when, moment.action);
            run.blocks(4, 5, 100);
            assertThat(fault.awaitHappened(SOON)).as("reached %s", moment).isTrue();
            cuts += moment == Moment.SLOW_COMMIT ? 0 : 1;
            if (moments.indexOf(moment) % 2 == 0) {
                run.awaitStored(); // or else the pauses between attempts grow
            }
        }

        run.assertEverythingOnce();
        // With several writers one cut may be met while another is being recovered from.
        assertThat(run.retries()).isBetween(cuts / 2L, 3L * cuts);
    }

    @Test
    void storesTheFirstBatchOfALogOnceWhenItsCommitIsCut() throws Exception {
        run.devices(5);
        run.blocks(6, 5, 100);
        List<Fault> faults = IntStream.of(1, 2, 3)
                .mapToObj(n -> run.proxy.at(n, Passing.commit(), new Fault.ForwardAndCut()))
                .toList();
        run.start(run.config(ROWS));

        run.assertEverythingOnce();
        assertThat(faults).allMatch(Fault::happened);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void storesOnceWhenACommitArrivesLongAfterTheClientHasGivenUp(boolean unique) throws Exception {
        if (!unique) {
            run.giveUpUniqueness();
        }
        run.devices(5);
        run.blocks(8, 5, 100);
        List<Fault> faults = IntStream.of(1, 3)
                .mapToObj(n -> run.proxy.at(n, Passing.commit(), new Fault.CutAndForwardLater(LATE)))
                .toList();
        run.start(run.config(ROWS));

        run.assertEverythingOnce();
        for (Fault fault : faults) {
            assertThat(fault.awaitHappened(SOON)).isTrue();
        }
    }

    @Test
    void asksTheDatabaseWhenTheAnswerToACommitNeverComes() throws Exception {
        run.devices(5);
        run.blocks(4, 5, 100);
        Fault fault = run.proxy.at(2, Passing.commit(), new Fault.ForwardAndHang());
        run.start(run.config(ROWS));

        run.assertEverythingOnce();
        assertThat(fault.happened()).isTrue();
    }

    @Test
    void aTransactionThatHangsOpenOnTheServerDoesNotStopStorageForEver() throws Exception {
        run.devices(5);
        run.blocks(4, 5, 100);
        // The COMMIT never arrives and the server never sees the end: it keeps the transaction with all its locks.
        Fault fault = run.proxy.at(2, Passing.commit(), new Fault.Hang());
        run.start(run.config(ROWS));

        run.assertEverythingOnce();
        assertThat(fault.happened()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void storesOnceWhenTwoProcessesReadOneLog(boolean unique) throws Exception {
        if (!unique) {
            run.giveUpUniqueness();
        }
        run.devices(5);
        run.blocks(20, 5, 100);
        // The first one is slow, so that the second one is at work before it ends.
        run.proxy.at(1, Passing.commit(), new Fault.Delay(Duration.ofMillis(500)));
        run.proxy.at(3, Passing.commit(), new Fault.Delay(Duration.ofMillis(500)));
        run.start(run.config(ROWS));
        StorageConfig config = StoreUnderFault.config(database.url(), 2 * ROWS);
        try (Database opened = new Database(config, CATALOGUE);
                ObservationStore second = new ObservationStore(config, opened, run.log, CATALOGUE, run.metrics)) {
            second.start();
            assertThat(second.awaitStored(run.log.end(), SOON)).isTrue();
            run.awaitStored();
        }
        run.assertRowsOnce(0); // each of them may count what the other one's answer was lost for
    }
}
