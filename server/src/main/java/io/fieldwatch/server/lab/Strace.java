package io.fieldwatch.server.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Kills a process at a chosen system call, by strace's injection. Only the threads in question are slowed down. */
final class Strace {

    private static final String NAME = "strace";

    private Strace() {}

    /** Whether this machine has it. */
    static boolean available() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(path)
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, NAME)));
    }

    /**
     * Traces the threads that make such calls; each counts its own, and the first to reach the nth is killed with its
     * whole process before the call is made.
     *
     * @return false when the process has no such thread
     */
    static boolean arm(Children children, long pid, KillPoint.AtCall point, File log) throws IOException {
        List<String> threads = threads(pid, point.call().threads);
        if (threads.isEmpty()) {
            return false;
        }
        String calls = point.call().systemCalls;
        List<String> command = new ArrayList<>(List.of(
                NAME,
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=" + calls,
                "-e",
                "inject=" + calls + ":signal=SIGKILL:when=" + point.nth()));
        for (String thread : threads) {
            command.add("-p");
            command.add(thread);
        }
        Process tracer = children.start(command, log);
        return tracer.isAlive() || tracer.exitValue() == 0;
    }

    private static List<String> threads(long pid, String prefix) throws IOException {
        List<String> found = new ArrayList<>();
        Path tasks = Path.of("/proc", Long.toString(pid), "task");
        try (DirectoryStream<Path> all = Files.newDirectoryStream(tasks)) {
            for (Path task : all) {
                if (name(task).startsWith(prefix)) {
                    found.add(task.getFileName().toString());
                }
            }
        }
        return found;
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm"));
        } catch (IOException e) {
            return ""; // the thread has ended meanwhile
        }
    }
}
