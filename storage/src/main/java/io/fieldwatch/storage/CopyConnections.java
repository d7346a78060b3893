package io.fieldwatch.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that write one log's observations. They carry the log's name in the server, so that what a killed
 * process or a cut network left behind there can be found and ended. Thread-safe.
 */
final class CopyConnections implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CopyConnections.class);

    private final Database database;
    private final int size;
    private final String session;
    private @Nullable HikariDataSource pool;
    private boolean closed;

    CopyConnections(Database database, int size, UUID log) {
        this.database = database;
        this.size = size;
        session = Database.APPLICATION + " log " + log;
    }

    /** A connection with an open transaction. Give it back with close or {@link #discard}. */
    Connection take() throws SQLException {
        return pool().getConnection();
    }

    /** For a connection that failed, because the pool cannot know. Never waits for the server. */
    void discard(Connection connection) {
        HikariDataSource current;
        synchronized (this) {
            current = pool;
        }
        Database.discard(connection, current);
    }

    /** Lets go of all connections: after a failure none of them is to be trusted. */
    synchronized void renew() {
        if (pool != null) {
            pool.close();
            pool = null;
        }
    }

    /**
     * Ends what still runs on the server for this log. Whether it commits before it ends is for the positions to say; this
     * only keeps its locks from being waited for.
     */
    void endLeftBehind(Connection connection) throws SQLException {
        String sql =
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = left(?, 63)"
                        + " AND datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()";
        try (PreparedStatement end = connection.prepareStatement(sql)) {
            end.setString(1, session);
            try (ResultSet row = end.executeQuery()) {
                if (row.next() && row.getInt(1) > 0) {
                    LOG.info("ended {} sessions that were left behind on the database's server", row.getInt(1));
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        renew();
    }

    private synchronized HikariDataSource pool() throws SQLException {
        if (closed) {
            throw new SQLException("the database has been closed", "08003");
        }
        if (pool == null) {
            HikariConfig config = database.writePool("fieldwatch-copy", size, session);
            List<String> settings =
                    database.layout().map(TableLayout::copySettings).orElse(List.of());
            if (!settings.isEmpty()) {
                config.setConnectionInitSql(config.getConnectionInitSql() + "; " + String.join("; ", settings));
            }
            pool = new HikariDataSource(config);
        }
        return pool;
    }
}
