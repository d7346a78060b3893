package io.fieldwatch.storage;

import io.fieldwatch.alerts.Alert;
import io.fieldwatch.alerts.AlertEvent;
import io.fieldwatch.alerts.AlertLog;
import io.fieldwatch.telemetry.MetricSet;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the tables {@code alert} and {@code alert_event} up to the alert log, in the way {@link ObservationStore} does:
 * effects and position in one transaction. Owns the thread {@code fieldwatch-storage-alerts}.
 */
public final class AlertProjection implements AutoCloseable {

    /** The name under which this reads the log; the log must have been opened with it. */
    public static final String READER = "storage";

    private static final int BATCH_ENTRIES_MAX = 1_000;
    private static final long IDLE_MILLIS = 250;
    private static final Logger LOG = LoggerFactory.getLogger(AlertProjection.class);
    private static final long COMPANY_MILLIS = 20;
    private static final Duration STOP_WAIT = Duration.ofSeconds(10);

    private final Database database;
    private final AlertLog log;
    private final Function<byte[], Optional<AlertEvent>> decoder;
    private final MetricSet<StorageMetric> metrics;
    private final LogPositions positions;
    private final Worker worker;

    private AlertLog.@Nullable Reader reader;
    private long gapUntil;
    private long epoch;
    private volatile @Nullable Connection busy;
    private final StoredPosition storedPosition = new StoredPosition();

    /** @param decoder what an entry of the log says; empty when it is no transition of an alert */
    public AlertProjection(
            Database database,
            AlertLog log,
            Function<byte[], Optional<AlertEvent>> decoder,
            MetricSet<StorageMetric> metrics) {
        this.database = database;
        this.log = log;
        this.decoder = decoder;
        this.metrics = metrics;
        positions = new LogPositions(log.id(), READER);
        worker = new Worker("fieldwatch-storage-alerts", new Loop(), metrics);
    }

    public void start() {
        worker.start();
    }

    /** Everything in the log before this position is in the database. */
    public long storedPosition() {
        return storedPosition.get();
    }

    /** Waits until everything before a position is in the database; false when it is not after that time. */
    public boolean awaitStored(long position, Duration wait) throws InterruptedException {
        return storedPosition.await(position, wait);
    }

    /** Ends after the transaction in hand; a server that does not answer is cut off after ten seconds. */
    @Override
    public void close() {
        worker.stop(STOP_WAIT, () -> {
            Connection connection = busy;
            if (connection != null) {
                database.discard(connection);
            }
        });
    }

    private final class Loop implements Worker.Task {

        @Override
        public void doWork() throws SQLException, IOException, InterruptedException {
            AlertLog.Reader current = reader;
            if (current == null) {
                current = resume();
            }
            long from = current.nextPosition();
            if (!current.next(IDLE_MILLIS)) {
                return;
            }
            List<AlertEvent> events = new ArrayList<>();
            int entries = 0;
            do {
                decoder.apply(current.entry()).ifPresent(events::add);
                entries++;
            } while (entries < BATCH_ENTRIES_MAX && current.nextPosition() < gapUntil && current.next(COMPANY_MILLIS));
            long to = current.nextPosition();
            transaction(connection -> {
                write(connection, events);
                positions.commit(connection, epoch, from, to);
            });
            metrics.add(StorageMetric.ALERT_EVENTS, events.size());
            current.release(to);
            storedPosition.set(to);
            if (to >= gapUntil) {
                closeReader();
            }
        }

        @Override
        public void recover(Exception failure) {
            closeReader();
            database.doubtAfter(failure);
        }

        @Override
        public void end() {
            closeReader();
        }
    }

    private interface Work {
        void with(Connection connection) throws SQLException;
    }

    private void transaction(Work work) throws SQLException {
        Connection connection = database.writer();
        busy = connection;
        try {
            work.with(connection);
            connection.commit();
            busy = null;
            connection.close();
        } catch (SQLException | RuntimeException e) {
            busy = null;
            database.discard(connection);
            throw e;
        }
    }

    private AlertLog.Reader resume() throws SQLException {
        database.prepare();
        LogPositions.Committed[] committed = new LogPositions.Committed[1];
        transaction(connection -> committed[0] = positions.begin(connection));
        epoch = committed[0].epoch();
        LogPositions.Gap gap = committed[0].firstGap();
        gapUntil = gap.until();
        AlertLog.Reader opened = log.read(READER, gap.from());
        long kept = Math.min(opened.nextPosition(), gapUntil);
        if (kept > gap.from()) {
            opened.close();
            LOG.warn("this database is younger than the alert log: positions {} to {} are left out", gap.from(), kept);
            transaction(connection -> positions.commit(connection, epoch, gap.from(), kept));
            return resume();
        }
        reader = opened;
        opened.release(gap.from());
        storedPosition.set(gap.from());
        return opened;
    }

    private static void write(Connection connection, List<AlertEvent> events) throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        String[] kinds = new String[events.size()];
        String[] externalIds = new String[events.size()];
        for (int i = 0; i < kinds.length; i++) {
            kinds[i] = events.get(i).alert().kind();
            externalIds[i] = Sql.clean(events.get(i).alert().externalId());
        }
        // Alerts do not wait for storage, so an alert may be here before its device is.
        Set<Integer> unused = DeviceRegistry.insertMissing(connection, kinds, externalIds);
        upsertAlerts(connection, events);
        insertEvents(connection, events);
    }

    private static void upsertAlerts(Connection connection, List<AlertEvent> events) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(AlertRows.UPSERT)) {
            for (Alert alert : latest(events)) {
                AlertRows.bind(upsert, alert);
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    /** One statement cannot change a row twice, and only the latest state counts. */
    private static Collection<Alert> latest(List<AlertEvent> events) {
        Map<String, Alert> byId = new LinkedHashMap<>();
        for (AlertEvent event : events) {
            byId.merge(event.alert().id(), event.alert(), (a, b) -> a.version() > b.version() ? a : b);
        }
        return byId.values();
    }

    private static void insertEvents(Connection connection, List<AlertEvent> events) throws SQLException {
        String sql = "INSERT INTO fieldwatch.alert_event (id, alert_id, type, time, version, user_name, note)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (AlertEvent event : events) {
                insert.setString(1, event.id());
                insert.setString(2, event.alert().id());
                insert.setString(3, event.type().name());
                insert.setObject(4, Sql.time(event.timeMicros()), Types.TIMESTAMP_WITH_TIMEZONE);
                insert.setInt(5, event.alert().version());
                insert.setString(6, Sql.clean(event.user()));
                insert.setString(7, Sql.clean(event.note()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private void closeReader() {
        AlertLog.Reader current = reader;
        reader = null;
        if (current != null) {
            current.close();
        }
    }
}
