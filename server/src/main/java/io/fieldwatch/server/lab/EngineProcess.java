package io.fieldwatch.server.lab;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** One life of an engine: {@code serve} in a process of its own. Not thread-safe. */
final class EngineProcess {

    /** The engine ends itself with this after a log has failed; it is meant to be started again. */
    static final int LOG_FAILED = 3;

    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
    private static final long STOP_SECONDS = 60;
    private static final long LOOK_MILLIS = 10;

    /**
     * What all lives of a run's engine share.
     *
     * @param log where it says what it does
     * @param http its console
     */
    record Setting(Path config, Path log, URI http) {}

    private final HttpClient http;
    private final URI root;
    private final Process process;
    private final long startNanos = System.nanoTime();

    private EngineProcess(HttpClient http, URI root, Process process) {
        this.http = http;
        this.root = root;
        this.process = process;
    }

    /** @param main more flags for Java, the main class, arguments before {@code serve} */
    static EngineProcess start(Children children, List<String> main, Setting setting, HttpClient http)
            throws IOException {
        List<String> command = new ArrayList<>(main);
        command.addAll(List.of("serve", "--config", setting.config().toString()));
        return new EngineProcess(
                http, setting.http(), children.java(command, setting.log().toFile()));
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    long aliveMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    int exitCode() {
        return process.exitValue();
    }

    /** Waits until the console answers, which is opened just before the door to devices; false when it ended before. */
    boolean awaitServing() throws IOException, InterruptedException {
        return await("/livez");
    }

    /** Waits until the database is prepared, too; false when it ended before. */
    boolean awaitReady() throws IOException, InterruptedException {
        return await("/readyz");
    }

    private boolean await(String probe) throws IOException, InterruptedException {
        while (process.isAlive()) {
            if (status(probe) == 200) {
                return true;
            }
            if (aliveMillis() > READY_WITHIN.toMillis()) {
                throw new IOException("the engine does not answer " + probe + " with 200 within " + READY_WITHIN);
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return false;
    }

    private int status(String path) throws InterruptedException {
        try {
            return http.send(request(path), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0; // not yet, or not any more
        }
    }

    /** One figure of {@code /metrics}; empty when the engine does not answer or has no such figure. */
    OptionalDouble metric(String name) throws InterruptedException {
        String text;
        try {
            text = http.send(request("/metrics"), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst();
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(root.resolve(path)).timeout(ANSWER_WITHIN).build();
    }

    /** Waits until it ends by itself or by somebody else's hand; false when it did not. */
    boolean awaitEnd(long millis) throws InterruptedException {
        return process.waitFor(Math.max(0, millis), TimeUnit.MILLISECONDS);
    }

    void kill() throws InterruptedException {
        Children.kill(process);
    }

    /** SIGTERM, and waits for the orderly end. */
    void stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the engine does not end within " + STOP_SECONDS + " s of SIGTERM");
        }
    }
}
