package io.fieldwatch.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL for trials, its data under the caller's directory, fsync on. It listens on loopback only and asks no
 * password, so it is not for production. When the process was killed, the server it left behind is stopped first.
 */
final class EmbeddedDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final Duration STOP_WAIT = Duration.ofSeconds(15);
    private static final long KILLED_LOOK_MILLIS = 10;

    /** Its lines: process id, data directory, start, port, directory of the socket, and more. */
    private static final String PID_FILE = "postmaster.pid";

    private static final int PORT_LINE = 3;
    private static final int SOCKET_LINE = 4;

    private final Path data;
    private final EmbeddedPostgres postgres;

    private EmbeddedDatabase(Path data, EmbeddedPostgres postgres) {
        this.data = data;
        this.postgres = postgres;
    }

    /**
     * Starts it, making the database in {@code directory} if there is none.
     *
     * @throws IOException when it does not start; the message says what to try
     */
    static EmbeddedDatabase start(Path directory) throws IOException {
        return start(directory, 0);
    }

    /** As {@link #start(Path)}, at a port of one's choice; 0 for any. */
    static EmbeddedDatabase start(Path directory, int port) throws IOException {
        Path data = directory.resolve("data").toAbsolutePath();
        Files.createDirectories(data);
        stopLeftBehind(data);
        try {
            return new EmbeddedDatabase(
                    data,
                    EmbeddedPostgres.builder()
                            .setPort(port)
                            .setDataDirectory(data)
                            .setCleanDataDirectory(false)
                            .setRegisterShutdownHook(false)
                            .setOverrideWorkingDirectory(
                                    directory.resolve("bin").toAbsolutePath().toFile())
                            .setPGStartupWait(Duration.ofSeconds(60))
                            .setServerConfig("fsync", "on")
                            .setServerConfig("synchronous_commit", "on")
                            .setServerConfig("full_page_writes", "on")
                            .setServerConfig("max_connections", "40")
                            .setServerConfig("shared_buffers", "128MB")
                            .start());
        } catch (IOException | RuntimeException e) {
            throw new IOException(
                    "the embedded PostgreSQL did not start (" + e.getMessage() + "); use --db with the address of a "
                            + "database of your own, for example the one of ./fieldwatch timescaledb start",
                    e);
        }
    }

    String jdbcUrl() {
        return postgres.getJdbcUrl("postgres", "postgres");
    }

    int port() {
        return postgres.getPort();
    }

    /**
     * SIGKILL to all of the server's processes; returns when none is left. Start it again in the same directory; this
     * object is of no use any more.
     */
    void kill() throws IOException, InterruptedException {
        ProcessHandle server = process(
                        Files.readAllLines(data.resolve(PID_FILE)).get(0))
                .orElseThrow(() -> new IOException("the database server is not running"));
        List<ProcessHandle> all = new ArrayList<>(server.descendants().toList());
        all.add(server);
        for (ProcessHandle each : all) {
            boolean sent = each.destroyForcibly();
            LOG.debug("killed pid {}: {}", each.pid(), sent);
        }
        for (ProcessHandle each : all) {
            // a process that nobody reaps stays "alive", but has no program any more
            while (each.isAlive() && each.info().command().isPresent()) {
                Thread.sleep(KILLED_LOOK_MILLIS);
            }
        }
    }

    @Override
    public void close() {
        try {
            postgres.close();
        } catch (IOException e) {
            LOG.warn("the embedded database did not stop cleanly; its next start recovers it", e);
        }
    }

    /** A killed process leaves its database server running; two servers must never share one data directory. */
    private static void stopLeftBehind(Path data) throws IOException {
        Path pidFile = data.resolve(PID_FILE);
        if (!Files.exists(pidFile)) {
            return;
        }
        List<String> lines = Files.readAllLines(pidFile);
        Optional<ProcessHandle> server = lines.isEmpty() ? Optional.empty() : process(lines.get(0));
        if (server.isPresent()) {
            LOG.info(
                    "stopping the database server that a killed run left behind (pid {})",
                    server.get().pid());
            stop(server.get());
        }
        Files.deleteIfExists(pidFile);
        Files.deleteIfExists(data.resolve("epg-lock"));
        if (lines.size() > SOCKET_LINE) {
            // where nobody reaps the dead server, the next one would take its lock for that of a living one
            Path socket = Path.of(lines.get(SOCKET_LINE), ".s.PGSQL." + lines.get(PORT_LINE));
            Files.deleteIfExists(socket.resolveSibling(socket.getFileName() + ".lock"));
            Files.deleteIfExists(socket);
        }
    }

    private static Optional<ProcessHandle> process(String pid) {
        try {
            return ProcessHandle.of(Long.parseLong(pid.strip()))
                    .filter(handle -> handle.info().command().orElse("").endsWith("postgres"));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static void stop(ProcessHandle server) throws IOException {
        for (boolean forcibly : new boolean[] {false, true}) {
            boolean sent = forcibly ? server.destroyForcibly() : server.destroy();
            LOG.debug("asked pid {} to stop: {}", server.pid(), sent);
            try {
                server.onExit().get(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                LOG.warn("the database server left behind (pid {}) is still there", server.pid());
            } catch (ExecutionException e) {
                throw new IOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while stopping a database server", e);
            }
        }
        throw new IOException("the database server left behind (pid " + server.pid() + ") does not stop");
    }
}
