package io.fieldwatch.server.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The devices: {@code simulate} in a process that is never killed, so that its ledger is the truth about what was
 * acknowledged. Four gateways: each MQTT version sends single observations and arrays.
 */
final class LoadProcess {

    private static final int DEVICES = 100;
    private static final int BATCH = 8;
    private static final Pattern SUMMARY = Pattern.compile("published=(\\d+) acked=(\\d+).*");

    private final Process process;
    private final File log;

    private LoadProcess(Process process, File log) {
        this.process = process;
        this.log = log;
    }

    static LoadProcess start(Children children, CrashPlan plan, int mqttPort, Path ledger) throws IOException {
        File log = plan.directory().resolve("load.log").toFile();
        List<String> command = List.of(
                plan.loadMain(),
                "simulate",
                "--broker",
                "mqtt://127.0.0.1:" + mqttPort,
                "--devices",
                Integer.toString(DEVICES),
                "--rate",
                Integer.toString(plan.rate()),
                "--batch",
                Integer.toString(BATCH),
                "--mixed",
                "--reconnect-max",
                "200ms",
                "--seed",
                Long.toString(plan.seed()),
                "--ledger",
                ledger.toString());
        return new LoadProcess(children.java(command, log), log);
    }

    /** Holds it still: while it is, the ledger does not change. */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        requireAlive();
        Process sent = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
        if (sent.waitFor() != 0) {
            throw new IOException("sending SIG" + name + " to the load did not work");
        }
    }

    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("the load has ended by itself with code " + process.exitValue() + "; see " + log);
        }
    }

    /** Lets it publish nothing more and wait for its acknowledgements. */
    void stop() throws IOException {
        requireAlive();
        process.destroy();
    }

    boolean awaitEnd(long millis) throws InterruptedException {
        return process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    /**
     * Answers its last line.
     *
     * @throws IOException when something was published and never acknowledged
     */
    String requireAllAcknowledged() throws IOException {
        Matcher summary = SUMMARY.matcher(Files.readString(log.toPath()));
        if (!summary.find()) {
            throw new IOException("the load has said no summary; see " + log);
        }
        if (!summary.group(1).equals(summary.group(2))) {
            throw new IOException("some of the load was never acknowledged: " + summary.group());
        }
        return "load: " + summary.group();
    }
}
