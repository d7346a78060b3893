package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fieldwatch.storage.LogPositions.Committed;
import io.fieldwatch.storage.LogPositions.Gap;
import io.fieldwatch.storage.LogPositions.Range;
import io.fieldwatch.telemetry.Catalogue;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LogPositionsTest {

    private final UUID log = UUID.randomUUID();
    private final LogPositions positions = new LogPositions(log, "storage");

    @AutoClose
    private TestDatabase database;

    @AutoClose
    private Connection one;

    @AutoClose
    private Connection two;

    @BeforeEach
    void connect() throws Exception {
        database = TestDatabases.EMBEDDED.fresh();
        try (Database opened = new Database(StorageConfig.of(database.url()), Catalogue.builtIn())) {
            opened.migrate();
        }
        one = open();
        two = open();
    }

    @Test
    void lengthensTheRangeThatEndsWhereTheNewOneBegins() throws Exception {
        long epoch = begin(one).epoch();
        commit(one, epoch, 0, 10);
        commit(two, epoch, 10, 30);
        assertThat(stored()).isEqualTo(1);
        assertThat(begin(one).ranges()).containsExactly(new Range(0, 30));
    }

    @Test
    void findsTheGapThatASlowWriterLeft() throws Exception {
        long epoch = begin(one).epoch();
        commit(one, epoch, 0, 10);
        commit(one, epoch, 20, 30);
        commit(one, epoch, 40, 50);
        Committed found = begin(one);
        assertThat(found.firstGap()).isEqualTo(new Gap(10, 20));
        assertThat(found.covers(22, 30)).isTrue();
        assertThat(found.covers(8, 12)).isFalse();
        commit(one, found.epoch(), 10, 20);
        assertThat(begin(one).ranges()).containsExactly(new Range(0, 30), new Range(40, 50));
    }

    @Test
    void refusesARangeOfAnOlderEpoch() throws Exception {
        long before = begin(one).epoch();
        long now = begin(two).epoch();
        assertThat(now).isGreaterThan(before);
        assertThatThrownBy(() -> positions.commit(one, before, 0, 10))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
        one.rollback();
        commit(two, now, 0, 10);
        assertThat(begin(one).ranges()).containsExactly(new Range(0, 10));
    }

    /** The transaction that was given up has claimed its range and may still commit: whoever begins anew waits for it. */
    @Test
    void seesWhatWasBeingCommittedWhenItBegan() throws Exception {
        long epoch = begin(one).epoch();
        positions.commit(one, epoch, 0, 10);
        CompletableFuture<Committed> next = CompletableFuture.supplyAsync(() -> {
            try {
                return begin(two);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        Thread.sleep(200);
        assertThat(next).isNotDone();
        one.commit();
        assertThat(next.get(10, TimeUnit.SECONDS).ranges()).containsExactly(new Range(0, 10));
    }

    @Test
    void mergingLeavesAloneWhatWasCommittedMeanwhile() throws Exception {
        long epoch = begin(one).epoch();
        commit(one, epoch, 10, 20);
        commit(one, epoch, 0, 10);
        assertThat(stored()).isEqualTo(2);
        assertThat(positions.merge(one)).containsExactly(new Range(0, 20));
        commit(two, epoch, 30, 40);
        one.commit();
        assertThat(stored()).isEqualTo(2);
        assertThat(begin(one).ranges()).containsExactly(new Range(0, 20), new Range(30, 40));
    }

    private Committed begin(Connection connection) throws SQLException {
        Committed committed = positions.begin(connection);
        connection.commit();
        return committed;
    }

    private void commit(Connection connection, long epoch, long from, long to) throws SQLException {
        positions.commit(connection, epoch, from, to);
        connection.commit();
    }

    private long stored() throws SQLException {
        return database.number("SELECT count(*) FROM fieldwatch.log_position");
    }

    private Connection open() throws SQLException {
        Connection connection = DriverManager.getConnection(database.url());
        connection.setAutoCommit(false);
        return connection;
    }
}
