package io.fieldwatch.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as its users start it: a process of its own, killed and started again. */
final class DemoProcessTest {

    private static final Pattern SUMMARY =
            Pattern.compile("published=(\\d+) acked=(\\d+) stored=(\\d+) lost=(\\d+) duplicated=(\\d+) alerts=(\\d+)");

    @TempDir
    private Path dataDir = Path.of("");

    @Test
    void whatWasAcknowledgedBeforeAKillIsStoredOnceAfterIt() throws Exception {
        Process killed = demo("60s");
        try (BufferedReader out = output(killed)) {
            String line = out.readLine();
            while (line != null && !line.startsWith("Database")) {
                line = out.readLine();
            }
            assertThat(line).as("the demo came up").isNotNull();
            Thread.sleep(6000);
            killed.toHandle().destroyForcibly();
        }
        assertThat(killed.waitFor(10, TimeUnit.SECONDS)).isTrue();

        Process again = demo("14s");
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = output(again)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        }
        assertThat(again.waitFor(60, TimeUnit.SECONDS)).isTrue();
        Matcher summary = SUMMARY.matcher(lines.isEmpty() ? "" : lines.get(lines.size() - 1));
        assertThat(summary.matches()).as("%s", lines).isTrue();
        assertThat(again.exitValue()).isZero();
        assertThat(summary.group(4)).as("lost").isEqualTo("0");
        assertThat(summary.group(5)).as("duplicated").isEqualTo("0");
        assertThat(Integer.parseInt(summary.group(2)))
                .as("acknowledged before and after the kill")
                .isGreaterThan(5000);
        assertThat(Integer.parseInt(summary.group(6))).as("alerts").isGreaterThanOrEqualTo(3);
    }

    private Process demo(String time) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "demo",
                        "--for",
                        time,
                        "--mqtt-port",
                        "0",
                        "--http-port",
                        "0",
                        "--data-dir",
                        dataDir.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
