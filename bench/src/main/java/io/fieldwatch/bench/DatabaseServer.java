package io.fieldwatch.bench;

import io.fieldwatch.bench.ProcFiles.ProcessTimes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A session with a database, to ask its server about itself. One thread at a time. */
final class DatabaseServer implements AutoCloseable {

    private final Connection connection;
    /** The server's first process, the parent of all others; empty when it runs on another machine. */
    private final OptionalInt postmaster;

    DatabaseServer(String url) throws SQLException {
        connection = DriverManager.getConnection(url);
        postmaster = findPostmaster();
    }

    /**
     * Compares only what is durable: anything faster that is not would be compared with something else.
     *
     * @return the settings, for people
     * @throws IllegalStateException when a commit does not mean that rows are on the disk
     */
    String requireDurable() throws SQLException {
        String fsync = one("SHOW fsync");
        String commit = one("SHOW synchronous_commit");
        if (!fsync.equals("on") || !commit.equals("on")) {
            throw new IllegalStateException("the server has fsync " + fsync + " and synchronous_commit " + commit
                    + "; figures are only worth comparing with both on");
        }
        return "PostgreSQL " + one("SHOW server_version") + ", fsync on, synchronous_commit on, full_page_writes "
                + one("SHOW full_page_writes") + ", shared_buffers " + one("SHOW shared_buffers") + ", max_wal_size "
                + one("SHOW max_wal_size");
    }

    /** Writes everything out, so that the next part does not pay for the last one. */
    void checkpoint() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    /** Bytes of write-ahead log since the server was made. */
    long walBytes() throws SQLException {
        return Long.parseLong(one("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"));
    }

    /** What this session's database takes on disk. */
    long databaseBytes() throws SQLException {
        return Long.parseLong(one("SELECT pg_database_size(current_database())"));
    }

    /** Transactions in all other databases of the server so far; their work cannot be told from ours. */
    long othersTransactions() throws SQLException {
        return Long.parseLong(one("SELECT sum(xact_commit + xact_rollback)::bigint FROM pg_stat_database"
                + " WHERE datname <> current_database()"));
    }

    /** Processor seconds of all the server's processes, also of those that have ended; empty when it is not here. */
    OptionalDouble cpuSeconds() {
        if (postmaster.isEmpty()) {
            return OptionalDouble.empty();
        }
        int parent = postmaster.getAsInt();
        long ticks = 0;
        for (int process : ProcFiles.processes()) {
            Optional<ProcessTimes> times = ProcFiles.times(process);
            if (times.isPresent()) {
                if (process == parent) {
                    ticks += times.get().ticks() + times.get().endedChildrenTicks();
                } else if (times.get().parent() == parent) {
                    ticks += times.get().ticks();
                }
            }
        }
        return OptionalDouble.of(ticks / ProcFiles.TICKS_PER_SECOND);
    }

    /**
     * A server in a container has other process numbers than those seen from here. So this session's process is found
     * by its title, which names the client's port.
     */
    private OptionalInt findPostmaster() throws SQLException {
        String client = "(" + one("SELECT coalesce(inet_client_port(), 0)") + ")";
        String database = one("SELECT current_database()");
        for (int process : ProcFiles.processes()) {
            String title = ProcFiles.commandLine(process);
            if (title.startsWith("postgres:") && title.contains(client) && title.contains(" " + database + " ")) {
                Optional<ProcessTimes> times = ProcFiles.times(process);
                if (times.isPresent()) {
                    return OptionalInt.of(times.get().parent());
                }
            }
        }
        return OptionalInt.empty();
    }

    private String one(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
