package io.fieldwatch.server.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The processes of a run. All of them are ended when this is closed, whatever has happened. */
final class Children implements AutoCloseable {

    private static final long END_SECONDS = 10;

    /** A lab needs many starts more than fast ones, and two cores have to do for everything. */
    private static final List<String> JAVA_FLAGS = List.of(
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-Xmx256m");

    private final List<Process> all = new ArrayList<>();

    /** Whether Java can archive the classes of a program: only when all come from jars. */
    static boolean archivable() {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getProperty("java.class.path"))
                .allMatch(entry -> entry.endsWith(".jar") && Files.isRegularFile(Path.of(entry)));
    }

    /**
     * Starts a Java program with this program's class path; what it says is added to the file.
     *
     * @param arguments more flags for Java, the main class, its arguments
     */
    Process java(List<String> arguments, File log) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JAVA_FLAGS);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.addAll(arguments);
        return start(command, log);
    }

    Process start(List<String> command, File log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        // our own configuration must not reach an engine that is given one of its own
        builder.environment().keySet().removeIf(name -> name.startsWith("FIELDWATCH_"));
        Process process = builder.start();
        all.removeIf(child -> !child.isAlive());
        all.add(process);
        return process;
    }

    /** Ends a process and waits until it is gone. */
    static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + process.pid() + " outlives SIGKILL");
        }
    }

    @Override
    public void close() {
        for (Process child : all) {
            child.destroyForcibly();
        }
        for (Process child : all) {
            child.onExit()
                    .orTimeout(END_SECONDS, TimeUnit.SECONDS)
                    .exceptionally(late -> child)
                    .join();
        }
    }
}
