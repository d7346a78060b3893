package io.fieldwatch.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Lets system calls of a process that appends fail, one at a chosen place: what it was told is durable is there when the
 * log is opened again, and nothing was acknowledged after the failure.
 */
final class StraceFaultTest {

    private static final int ENTRIES = 4000; // about six segments

    @TempDir
    Path directory;

    @TempDir
    Path output;

    /** What a run printed: how many numbers in a row, and what came after them. */
    private record Run(int acknowledged, List<String> failures, int exit) {}

    @BeforeEach
    void straceIsThere() throws Exception {
        String why = "";
        try {
            Process probe = new ProcessBuilder("strace", "-f", "-qq", "-e", "trace=none", "true")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            why = probe.waitFor() == 0 ? "" : "strace does not work here: " + said;
        } catch (IOException e) {
            why = "strace is not installed: " + e.getMessage();
        }
        if (!why.isEmpty() && "true".equals(System.getenv("CI"))) {
            throw new AssertionError(why);
        }
        Assumptions.assumeTrue(why.isEmpty(), why);
        SegmentLog.open(config()).close(); // so that the faults meet a log at work and not its birth
    }

    private JournalConfig config() {
        return CrashTest.config(directory, Set.of("a"));
    }

    /** Only the thread that commits calls writev and fdatasync, and strace counts each thread's calls for itself. */
    @ParameterizedTest
    @CsvSource({
        "fdatasync:error=EIO:when=1, Input/output error",
        "fdatasync:error=EIO:when=6, Input/output error",
        "fdatasync:error=ENOSPC:when=9, No space left on device",
        "writev:error=EIO:when=4, Input/output error",
        "writev:error=ENOSPC:when=7, No space left on device",
    })
    void aFailedCallEndsTheLogAndNothingAcknowledgedIsLost(String fault, String cause) throws Exception {
        Run run = run(fault);
        assertThat(run.failures()).isNotEmpty().allMatch(line -> line.contains(cause));
        assertThat(run.acknowledged()).isLessThan(ENTRIES);
        acknowledgedIsThere(run);
    }

    @Test
    void aFailedForceOfTheDirectoryEndsTheLogAndNothingAcknowledgedIsLost() throws Exception {
        Run run = run("fsync:error=EIO:when=2", "-P", directory.toString()); // at the second new segment
        assertThat(run.failures()).isNotEmpty().allMatch(line -> line.contains("Input/output error"));
        assertThat(run.acknowledged()).isBetween(1, ENTRIES - 1);
        acknowledgedIsThere(run);
    }

    @Test
    void aDiskWithoutRoomForASegmentHoldsUpAndTheLogGoesOn() throws Exception {
        Run run = run(
                "write:error=ENOSPC:when=1..3",
                "-P",
                directory.toRealPath().resolve("next.tmp").toString());
        assertThat(Files.readString(output.resolve("trace"))).containsPattern("(?s)INJECTED.*INJECTED.*INJECTED");
        assertThat(run).isEqualTo(new Run(ENTRIES, List.of(), 0));
        acknowledgedIsThere(run);
    }

    @ParameterizedTest
    @CsvSource({"fdatasync:signal=SIGKILL:when=5", "writev:signal=SIGKILL:when=8"})
    void whoIsKilledAtACallHasLostNothingAcknowledged(String fault) throws Exception {
        Run run = run(fault);
        assertThat(run.exit()).isNotZero();
        assertThat(run.failures()).isEmpty();
        acknowledgedIsThere(run);
    }

    private void acknowledgedIsThere(Run run) throws Exception {
        int found = CrashTest.count(directory);
        assertThat(found).isGreaterThanOrEqualTo(run.acknowledged());
        assertThat(JournalInspection.of(directory).sound()).isTrue();
        try (SegmentLog log = SegmentLog.open(config())) { // and it goes on
            Logs.append(log, CrashTest.numbered(found));
        }
        assertThat(CrashTest.count(directory)).isEqualTo(found + 1);
    }

    private Run run(String fault, String... options) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("strace", "-f", "-qq", "-o", output.resolve("trace").toString()));
        String call = fault.substring(0, fault.indexOf(':'));
        command.addAll(List.of("-e", "trace=" + call, "-e", "inject=" + fault));
        command.addAll(List.of(options));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Appender.class.getName(),
                directory.toString(),
                "0",
                Integer.toString(ENTRIES)));
        Path acks = output.resolve("acks");
        Process process = new ProcessBuilder(command)
                .redirectOutput(acks.toFile())
                .redirectError(output.resolve("errors").toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(Files.readString(output.resolve("trace")))
                .as("strace did its part")
                .containsAnyOf("INJECTED", "killed by SIGKILL");
        return read(acks, process.exitValue());
    }

    private static Run read(Path acks, int exit) throws IOException {
        String text = Files.readString(acks, StandardCharsets.US_ASCII);
        int acknowledged = 0;
        List<String> failures = new ArrayList<>();
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            if (failures.isEmpty() && line.equals(Integer.toString(acknowledged))) {
                acknowledged++;
            } else {
                failures.add(line);
            }
        }
        return new Run(acknowledged, failures, exit);
    }
}
