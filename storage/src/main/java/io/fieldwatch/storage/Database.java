package io.fieldwatch.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.fieldwatch.telemetry.Catalogue;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to one database and what the schema needs to be. Nothing is opened before it is asked for, and a
 * database that is not there costs callers an {@link SQLException} after the connect timeout, never more. Thread-safe.
 */
public final class Database implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    static final String APPLICATION = "fieldwatch";
    private static final String SCHEMA = "fieldwatch";
    /** Says "fieldwat": one start at a time changes the schema. */
    private static final long MIGRATION_LOCK = 0x6669656c64776174L;

    private static final int QUERY_CONNECTIONS = 4;
    /** The server ends a query by itself, and its word is to arrive before the socket gives up. */
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(5);

    /** The alerts', the gatherer's, the retention's, two for a migration. The observations' writers have their own. */
    private static final int WRITE_CONNECTIONS = 5;

    /** Classes of SQL states that say nothing of the schema: connection, rollback, resources, shutdown. */
    private static final Set<String> PASSING = Set.of("08", "40", "53", "57");

    private static final Set<String> BUSY_OR_READ_ONLY = Set.of("25", "55");

    private final StorageConfig config;
    private final SchemaOptions options;
    private final KindTables kindTables;
    private @Nullable HikariDataSource writers;
    private @Nullable HikariDataSource queries;
    private final Object migration = new Object();
    private volatile @Nullable TableLayout layout;
    private volatile @Nullable DatabaseDurability durability;
    private volatile boolean ready;
    private boolean closed;

    /** With the configuration's retention and else {@link SchemaOptions#DEFAULT}. */
    public Database(StorageConfig config, Catalogue catalogue) {
        this(config, catalogue, SchemaOptions.DEFAULT.withRetention(config.retention()));
    }

    /** @throws IllegalArgumentException when the catalogue has names that SQL cannot have */
    public Database(StorageConfig config, Catalogue catalogue, SchemaOptions options) {
        this.config = config;
        this.options = options;
        kindTables = new KindTables(catalogue, options);
    }

    /**
     * Brings the schema up to date with this version and with the catalogue. Does nothing the second time; several
     * processes may do it at once, and others may write meanwhile.
     *
     * @throws SQLException when the database cannot be reached or refuses
     * @throws IllegalStateException when a table there contradicts the catalogue
     */
    public Edition migrate() throws SQLException {
        synchronized (migration) {
            Connection connection = writer();
            try {
                connection.setAutoCommit(true);
                execute(connection, "SELECT pg_advisory_lock(" + MIGRATION_LOCK + ")");
                publish(DatabaseDurability.read(connection));
                flyway();
                TableLayout found = TableLayout.of(findTimescale(connection), options);
                Ddl ddl = new Ddl(connection);
                kindTables.create(ddl, found);
                ddl.end();
                execute(connection, "SELECT pg_advisory_unlock(" + MIGRATION_LOCK + ")");
                connection.close();
                if (!found.equals(layout)) {
                    LOG.info("Database {} is ready, edition {}", config.safeUrl(), found.edition());
                }
                layout = found;
                ready = true;
                return found.edition();
            } catch (SQLException | RuntimeException e) {
                discard(connection); // ends the session and with it the lock
                throw e;
            }
        }
    }

    /** Empty until {@link #migrate} has worked once. */
    public Optional<Edition> edition() {
        return layout().map(TableLayout::edition);
    }

    /** What is to be known for writing observations; empty until {@link #migrate} has worked once. */
    public Optional<TableLayout> layout() {
        return Optional.ofNullable(layout);
    }

    /** What a commit is worth here; empty until the database has been reached once. */
    public Optional<DatabaseDurability> durability() {
        return Optional.ofNullable(durability);
    }

    public Queries queries() {
        return new Queries(queryDataSource());
    }

    public StoredObservations storedObservations() {
        return new StoredObservations(queryDataSource());
    }

    /** Connections for reading, a few, with the query timeout set. */
    public synchronized DataSource queryDataSource() {
        if (queries == null) {
            HikariConfig pool = pool(
                    "fieldwatch-queries",
                    QUERY_CONNECTIONS,
                    config.queryTimeout().plus(ANSWER_WAIT),
                    APPLICATION);
            pool.setReadOnly(true);
            pool.setAutoCommit(true);
            pool.setConnectionInitSql(
                    "SET statement_timeout = " + config.queryTimeout().toMillis());
            queries = new HikariDataSource(pool);
        }
        return queries;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (writers != null) {
            writers.close();
        }
        if (queries != null) {
            queries.close();
        }
    }

    SchemaOptions options() {
        return options;
    }

    /** Migrates unless that has been done and nothing has given rise to doubt since. */
    void prepare() throws SQLException {
        synchronized (migration) {
            if (!ready) {
                migrate();
            }
        }
    }

    /** Something failed. The schema is made sure of again unless it was only a connection, or a transaction's bad luck. */
    void doubtAfter(Exception failure) {
        if (!(failure instanceof SQLException e && passing(e))) {
            ready = false;
        }
    }

    private static boolean passing(SQLException e) {
        return PASSING.contains(stateClass(e));
    }

    /** The first two letters of an SQL state; empty when there is none. */
    private static String stateClass(SQLException e) {
        String state = e.getSQLState();
        return state == null ? "" : state.substring(0, Math.min(2, state.length()));
    }

    /** A connection with an open transaction, for whoever writes. Give it back with close or {@link #discard}. */
    Connection writer() throws SQLException {
        return writerPool().getConnection();
    }

    /**
     * For a connection that failed: pgjdbc's COPY goes past the pool, so the pool cannot know. Never waits for the server.
     */
    void discard(Connection connection) {
        HikariDataSource pool;
        synchronized (this) {
            pool = writers;
        }
        discard(connection, pool);
    }

    static void discard(Connection connection, @Nullable HikariDataSource pool) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("Aborting a connection failed", e);
        }
        if (pool != null) {
            pool.evictConnection(connection);
        }
    }

    /**
     * Lets every connection for writing be a new one. After a failover the old ones may lead to a server that only reads,
     * and the pool would never know.
     */
    synchronized void renewWriters() {
        if (writers != null) {
            writers.getHikariPoolMXBean().softEvictConnections();
        }
    }

    /** Connections for somebody who writes, with the name under which the server lists their sessions. */
    HikariConfig writePool(String name, int size, String session) {
        HikariConfig pool = pool(name, size, config.writeTimeout(), session);
        pool.setAutoCommit(false);
        pool.setIsolateInternalQueries(true); // or the first statement would leave a transaction open until it is used
        // A cancelled wait for a synchronous standby would count as a success: only the socket may time out.
        pool.setConnectionInitSql("SET statement_timeout = 0");
        return pool;
    }

    private synchronized HikariDataSource writerPool() throws SQLException {
        if (closed) {
            throw new SQLException("the database has been closed", "08003");
        }
        if (writers == null) {
            writers = new HikariDataSource(writePool("fieldwatch-writers", WRITE_CONNECTIONS, APPLICATION));
        }
        return writers;
    }

    private HikariConfig pool(String name, int size, Duration socketTimeout, String session) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName(name);
        pool.setDataSource(dataSource(socketTimeout, session));
        pool.setMaximumPoolSize(size);
        pool.setMinimumIdle(0);
        pool.setInitializationFailTimeout(-1);
        pool.setConnectionTimeout(Math.max(250, config.connectTimeout().toMillis()));
        pool.setIdleTimeout(Duration.ofMinutes(5).toMillis());
        pool.setMaxLifetime(Duration.ofMinutes(10).toMillis());
        pool.setKeepaliveTime(Duration.ofMinutes(1).toMillis());
        return pool;
    }

    private DataSource dataSource(Duration socketTimeout, String session) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(config.jdbcUrl());
        if (config.user() != null) {
            source.setUser(config.user());
        }
        if (config.password() != null) {
            source.setPassword(config.password());
        }
        source.setApplicationName(session);
        source.setConnectTimeout(seconds(config.connectTimeout()));
        source.setLoginTimeout(seconds(config.connectTimeout()));
        source.setSocketTimeout(seconds(socketTimeout));
        source.setTcpKeepAlive(true);
        source.setReWriteBatchedInserts(true);
        source.setMaxSendBufferSize(KindWriter.CHUNK_BYTES);
        source.setSendBufferSize(KindWriter.CHUNK_BYTES);
        return source;
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(Math.max(1, duration.toSeconds()));
    }

    /**
     * Flyway commits a migration and then, on another connection, the record of it. A migration that a crash left without
     * its record is done again, so each is written to allow that, and its checksum need not stay what it was.
     */
    private void flyway() {
        Flyway.configure(Database.class.getClassLoader())
                .dataSource(dataSource(config.writeTimeout(), APPLICATION))
                .schemas(SCHEMA)
                .defaultSchema(SCHEMA)
                .table("schema_history")
                .validateOnMigrate(false)
                .locations("classpath:io/fieldwatch/storage/migrations")
                .load()
                .migrate();
    }

    private void publish(DatabaseDurability found) {
        if (!found.equals(durability)) {
            LOG.info("Database {} runs PostgreSQL {}", config.safeUrl(), found.serverVersion());
            found.warnings().forEach(LOG::warn);
        }
        durability = found;
    }

    private @Nullable Timescale findTimescale(Connection connection) throws SQLException {
        String sql = "SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb'";
        if (one(connection, sql) == null) {
            return null;
        }
        // TimescaleDB ends the session when it has not been preloaded, so this has one of its own.
        Connection probe = writer();
        try {
            probe.setAutoCommit(true);
            execute(probe, "CREATE EXTENSION IF NOT EXISTS timescaledb");
            Timescale timescale = Timescale.read(probe);
            probe.close();
            if (timescale.community() && timescale.edition() != Edition.TIMESCALE_COMMUNITY) {
                LOG.warn(
                        "TimescaleDB {} has the Timescale licence, but its columnstore is used from 2.18 on: tables are"
                                + " set up as under the Apache licence",
                        timescale.version());
            }
            return timescale;
        } catch (SQLException e) {
            discard(probe);
            if (passing(e) || BUSY_OR_READ_ONLY.contains(stateClass(e))) {
                throw e; // says nothing of TimescaleDB
            }
            LOG.warn("TimescaleDB is installed but cannot be used, so tables will be plain ones: {}", e.getMessage());
            return null;
        }
    }

    /** Whether an error ended the session: nothing more can be asked on it. */
    static boolean connectionLost(SQLException e) {
        String state = e.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("57P");
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static @Nullable String one(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
