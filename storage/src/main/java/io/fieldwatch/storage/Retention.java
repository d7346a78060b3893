package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.MetricSet;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes, once an hour, what is older than the retention: observations by dropping chunks, or by deleting rows where
 * there are no hypertables, and quarantine by deleting rows. The Community edition drops its chunks by itself. Owns the
 * thread {@code fieldwatch-retention}.
 *
 * <p>One engine at a time does it. Each statement removes a limited amount, waits for a lock a moment only, and is its own
 * transaction; what a round does not reach is the next round's.
 */
public final class Retention implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    /** Says "fieldret". */
    private static final long RETENTION_LOCK = 0x6669656c64726574L;

    /** Batches of rows of one table in one round. */
    private static final int BATCHES_MAX = 500;

    private static final String LOCK_TIMEOUT = "500ms";
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration EVERY = Duration.ofHours(1);
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(5);
    private static final Duration STOP_WAIT = Duration.ofSeconds(5);

    private final Database database;
    private final Catalogue catalogue;
    private final SchemaOptions options;
    private final MetricSet<StorageMetric> metrics;
    private final Thread thread;
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile @Nullable Connection busy;

    /** What one round removed. */
    record Removed(int chunks, long observations, long quarantined) {

        static final Removed NOTHING = new Removed(0, 0, 0);

        Removed plus(Removed other) {
            return new Removed(
                    chunks + other.chunks, observations + other.observations, quarantined + other.quarantined);
        }
    }

    /** Removes what is older than the retention that the database was opened with. */
    public Retention(Database database, Catalogue catalogue, MetricSet<StorageMetric> metrics) {
        this.database = database;
        this.catalogue = catalogue;
        options = database.options();
        this.metrics = metrics;
        thread = new Thread(this::run, "fieldwatch-retention");
    }

    public void start() {
        thread.start();
    }

    /** Ends after the statement in hand; a server that does not answer is cut off. */
    @Override
    public void close() {
        stop.countDown();
        if (!threadEnded()) {
            Connection connection = busy;
            if (connection != null) {
                database.discard(connection);
            }
            if (!threadEnded()) {
                LOG.warn("{} has not ended; what it leaves is done after the next start", thread.getName());
            }
        }
    }

    /** One round, now. Nothing when another engine is at it. */
    Removed round() throws SQLException {
        database.prepare();
        Edition edition = database.edition().orElseThrow();
        Connection connection = database.writer();
        busy = connection;
        try {
            connection.setAutoCommit(true);
            Database.execute(connection, "SET lock_timeout = '" + LOCK_TIMEOUT + "'");
            Removed removed = Removed.NOTHING;
            if ("t".equals(Database.one(connection, "SELECT pg_try_advisory_lock(" + RETENTION_LOCK + ")"))) {
                removed = removeOld(connection, edition);
                Database.execute(connection, "SELECT pg_advisory_unlock(" + RETENTION_LOCK + ")");
            }
            Database.execute(connection, "RESET lock_timeout");
            busy = null;
            connection.close();
            return removed;
        } catch (SQLException | RuntimeException e) {
            busy = null;
            database.discard(connection); // ends the session and with it the lock
            throw e;
        }
    }

    private void run() {
        String failure = "";
        Duration pause = FIRST;
        while (!stopped(pause)) {
            try {
                report(round());
                failure = "";
                pause = EVERY;
            } catch (SQLException | RuntimeException e) {
                String what = Objects.toString(e.getMessage(), e.toString());
                if (stop.getCount() > 0 && !what.equals(failure)) {
                    LOG.warn("What is older than the retention stays for now, the next try is soon: {}", what);
                }
                failure = what;
                pause = AFTER_FAILURE;
            }
        }
    }

    private Removed removeOld(Connection connection, Edition edition) throws SQLException {
        Removed removed = Removed.NOTHING;
        for (Kind kind : catalogue.kinds()) {
            switch (edition) {
                case PLAIN -> {
                    long rows = delete(connection, OldRows.deleteObservations(kind, options));
                    removed = removed.plus(new Removed(0, rows, 0));
                }
                case TIMESCALE_APACHE -> removed = removed.plus(new Removed(dropChunks(connection, kind), 0, 0));
                case TIMESCALE_COMMUNITY -> {
                    // A policy does it.
                }
            }
        }
        long events = delete(connection, OldRows.deleteDeviceEvents(options));
        LOG.debug("{} old events of devices are removed", events);
        return removed.plus(new Removed(0, 0, delete(connection, OldRows.deleteQuarantine(options))));
    }

    /** One after the other, so that no statement needs the locks of a year of chunks. */
    private int dropChunks(Connection connection, Kind kind) throws SQLException {
        List<OffsetDateTime> ends = new ArrayList<>();
        try (Statement query = connection.createStatement();
                ResultSet rows = query.executeQuery(OldRows.chunkEnds(kind, options))) {
            while (rows.next()) {
                ends.add(rows.getObject(1, OffsetDateTime.class));
            }
        }
        int dropped = 0;
        try (PreparedStatement drop = connection.prepareStatement(OldRows.dropChunks(kind))) {
            for (int i = 0; i < ends.size() && stop.getCount() > 0; i++) {
                drop.setObject(1, ends.get(i));
                try (ResultSet count = drop.executeQuery()) {
                    count.next();
                    dropped += count.getInt(1);
                    metrics.add(StorageMetric.RETENTION_CHUNKS, count.getInt(1));
                }
            }
        } catch (SQLException e) {
            leaveToNextRound(kind.table(), e);
        }
        return dropped;
    }

    private long delete(Connection connection, String sql) throws SQLException {
        long deleted = 0;
        try (Statement delete = connection.createStatement()) {
            for (int batch = 0; batch < BATCHES_MAX && stop.getCount() > 0; batch++) {
                int rows = delete.executeUpdate(sql);
                deleted += rows;
                metrics.add(StorageMetric.RETENTION_ROWS, rows);
                if (rows < OldRows.BATCH_ROWS) {
                    break;
                }
            }
        } catch (SQLException e) {
            leaveToNextRound(sql, e);
        }
        return deleted;
    }

    /** Somebody reads or writes there: writers go first. */
    private static void leaveToNextRound(String what, SQLException e) throws SQLException {
        if (!Ddl.othersInTheWay(e)) {
            throw e;
        }
        LOG.debug("Left to the next round because others hold locks: {}", what);
    }

    private void report(Removed removed) {
        if (!removed.equals(Removed.NOTHING)) {
            LOG.info(
                    "Removed what was older than {}: {} chunks and {} rows of observations, {} rows of quarantine",
                    options.retention(),
                    removed.chunks,
                    removed.observations,
                    removed.quarantined);
        }
    }

    private boolean stopped(Duration pause) {
        try {
            return stop.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private boolean threadEnded() {
        try {
            thread.join(STOP_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
