package io.fieldwatch.server.lab;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the database all the time: what was stored once must never be gone later. Reads each device's number of rows
 * and newest time; neither may go down. A database that does not answer is asked again later.
 */
final class Watcher implements AutoCloseable {

    private static final long EVERY_MILLIS = 1000;

    private final String url;
    private final String sql;
    private final Thread thread = new Thread(this::run, "fieldwatch-lab-watcher");
    private final Map<Integer, Seen> seen = new HashMap<>(); // the thread's own
    private volatile boolean closing;
    private final AtomicLong vanished = new AtomicLong();
    private volatile String example = "";

    private record Seen(long rows, Instant newest) {}

    Watcher(String url, Catalogue catalogue) {
        this.url = url;
        StringBuilder union = new StringBuilder();
        for (Kind kind : catalogue.kinds()) {
            union.append(union.isEmpty() ? "" : " UNION ALL ")
                    .append("SELECT device_id, count(*), max(time) FROM fieldwatch.")
                    .append(StoredSnapshot.quoted(kind.table()))
                    .append(" GROUP BY device_id");
        }
        sql = union.toString();
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Rows that were there once and were not there later. */
    long vanished() {
        return vanished.get();
    }

    /** The first finding in words; empty when there is none. */
    String example() {
        return example;
    }

    private void run() {
        @Nullable Connection connection = null;
        try {
            while (!closing) {
                try {
                    if (connection == null) {
                        connection = DriverManager.getConnection(url);
                    }
                    look(connection);
                } catch (SQLException e) {
                    abandon(connection);
                    connection = null;
                }
                Thread.sleep(EVERY_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        abandon(connection);
    }

    private void look(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                int device = row.getInt(1);
                Seen now = new Seen(
                        row.getLong(2), row.getObject(3, OffsetDateTime.class).toInstant());
                @Nullable Seen before = seen.put(device, now);
                if (before != null && (now.rows < before.rows || now.newest.isBefore(before.newest))) {
                    vanished.addAndGet(Math.max(1, before.rows - now.rows));
                    if (example.isEmpty()) {
                        example = "vanished: device_id " + device + " had " + before + " and then " + now;
                    }
                }
            }
        }
    }

    private static void abandon(@Nullable Connection connection) {
        if (connection == null) {
            return;
        }
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // it is gone either way
        }
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
