package io.fieldwatch.storage;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server for one test alone, from the embedded binaries: it can be killed, started again on its port and
 * its files, and have a standby. Closing stops it and removes the files.
 */
final class PostgresCluster implements AutoCloseable {

    private static final long COMMAND_SECONDS_MAX = 60;

    private final Path files;
    private final Path binaries;
    private final int port;
    private final List<String> settings = new ArrayList<>();
    private List<String> within = List.of();

    private PostgresCluster(Path files) throws IOException, SQLException {
        this.files = files;
        binaries = binaries();
        port = freePort();
        settings.addAll(List.of(
                "port=" + port,
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "fsync=on",
                "synchronous_commit=on",
                "max_connections=100",
                "shared_buffers=32MB"));
    }

    /** A new one, not started, in a folder of the build. */
    static PostgresCluster create() throws Exception {
        PostgresCluster cluster = new PostgresCluster(folder());
        cluster.run("initdb", "-D", cluster.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N");
        return cluster;
    }

    /** The same files, as a standby of this one; this one must not run. */
    PostgresCluster standby() throws Exception {
        PostgresCluster standby = new PostgresCluster(folder());
        copy(Path.of(data()), Path.of(standby.data()));
        Files.createFile(Path.of(standby.data(), "standby.signal"));
        return standby.with("primary_conninfo=host=127.0.0.1 port=" + port + " user=postgres")
                .with("wal_retrieve_retry_interval=100ms");
    }

    /** A setting for the next start. */
    PostgresCluster with(String setting) {
        settings.add(setting);
        return this;
    }

    /** A command that the server is started by, such as {@code unshare}. */
    PostgresCluster startedWithin(List<String> command) {
        within = command;
        return this;
    }

    void start() throws Exception {
        StringBuilder options = new StringBuilder();
        for (String setting : settings) {
            options.append(" -c '").append(setting).append('\'');
        }
        List<String> command = new ArrayList<>(within);
        command.addAll(command("pg_ctl"));
        command.addAll(List.of("start", "-w", "-D", data(), "-l", files + "/log", "-o", options.toString()));
        run(command);
    }

    void stop() throws Exception {
        run("pg_ctl", "stop", "-w", "-D", data(), "-m", "fast");
    }

    /** As after a power cut, except that what was written is on the disk. */
    void stopImmediately() throws Exception {
        run("pg_ctl", "stop", "-w", "-D", data(), "-m", "immediate");
    }

    void promote() throws Exception {
        run("pg_ctl", "promote", "-w", "-D", data());
    }

    /** Kills the postmaster with -9 and waits until its children have noticed. */
    void kill() throws Exception {
        ProcessHandle postmaster = postmaster().orElseThrow(() -> new IOException("the server does not run"));
        List<ProcessHandle> family = new ArrayList<>(postmaster.descendants().toList());
        family.add(postmaster);
        postmaster.destroyForcibly();
        // A new one does not start while the system still has the old one's number.
        await().atMost(Duration.ofSeconds(COMMAND_SECONDS_MAX))
                .until(() -> family.stream().noneMatch(process -> Files.exists(Path.of("/proc/" + process.pid()))));
    }

    int port() {
        return port;
    }

    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
    }

    /** The process that serves a session. */
    static void killBackend(long pid) throws IOException {
        ProcessHandle.of(pid)
                .orElseThrow(() -> new IOException("there is no process " + pid))
                .destroyForcibly();
    }

    @Override
    public void close() throws Exception {
        if (postmaster().isPresent()) {
            stopImmediately();
        }
        try (Stream<Path> all = Files.walk(files)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private Optional<ProcessHandle> postmaster() throws IOException {
        Path file = Path.of(data(), "postmaster.pid");
        return Files.exists(file)
                ? ProcessHandle.of(Long.parseLong(Files.readAllLines(file).get(0)))
                : Optional.empty();
    }

    private String data() {
        return files + "/data";
    }

    private void run(String tool, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(command(tool));
        command.addAll(List.of(arguments));
        run(command);
    }

    /** PostgreSQL does not run as root; in a user namespace of its own root is nobody. */
    private List<String> command(String tool) {
        boolean root = "root".equals(System.getProperty("user.name")) || !within.isEmpty();
        String path = binaries + "/" + tool;
        return root ? List.of("unshare", "-U", path) : List.of(path);
    }

    private void run(List<String> command) throws Exception {
        File said = files.resolve("said").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start();
        if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command + " does not end");
        }
        if (process.exitValue() != 0) {
            Path log = files.resolve("log");
            throw new IOException(command + " ended with " + process.exitValue() + ": "
                    + Files.readString(said.toPath()) + (Files.exists(log) ? Files.readString(log) : ""));
        }
    }

    /** Where the embedded server that all tests share was unpacked. */
    private static Path binaries() throws SQLException {
        try (Connection connection = DriverManager.getConnection(TestDatabases.EMBEDDED.adminUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT setting FROM pg_config WHERE name = 'BINDIR'")) {
            rows.next();
            return Path.of(rows.getString(1));
        }
    }

    private static Path folder() throws IOException {
        Path parent = Path.of("target", "clusters").toAbsolutePath();
        Files.createDirectories(parent);
        return Files.createTempDirectory(parent, "cluster");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
