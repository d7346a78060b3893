package io.fieldwatch.simulator.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {

    private static final Kind KIND = Catalogue.builtIn().kinds().get(0);

    @TempDir
    Path folder;

    @Test
    void isReadBackAsItWasWritten() throws IOException {
        Path path = folder.resolve("new/ledger.txt");
        try (Ledger ledger = Ledger.open(path)) {
            assertThat(ledger.invoked(KIND, "tf-1", new long[] {10, 20}, payloads("{\"a\":1}", "{\"b\":\"Tô\"}")))
                    .isZero();
            assertThat(ledger.invoked(KIND, "tf-2", new long[] {10}, payloads("{}")))
                    .isEqualTo(2);
            ledger.acked(0, 2);
        }
        assertThat(lines(path))
                .containsExactly(
                        "0 traffic-flow tf-1 10 {\"a\":1}",
                        "1 traffic-flow tf-1 20 {\"b\":\"Tô\"}",
                        "2 traffic-flow tf-2 10 {}",
                        "acked 0 2");
    }

    @Test
    void goesOnWhereItStopped() throws IOException {
        Path path = folder.resolve("ledger");
        try (Ledger ledger = Ledger.open(path)) {
            assertThat(invoke(ledger, 1)).isZero();
        }
        try (Ledger ledger = Ledger.open(path)) {
            assertThat(invoke(ledger, 2)).isEqualTo(1);
            ledger.acked(0, 2);
        }
        assertThat(lines(path)).hasSize(3);
    }

    @Test
    void leavesOutATornTailAndCutsItWhenGoingOn() throws IOException {
        Path path = folder.resolve("ledger");
        try (Ledger ledger = Ledger.open(path)) {
            assertThat(invoke(ledger, 1)).isZero();
            ledger.acked(0, 1);
        }
        byte[] whole = Files.readAllBytes(path);
        try (Ledger ledger = Ledger.open(path)) {
            assertThat(invoke(ledger, 2)).isEqualTo(1);
        }
        byte[] longer = Files.readAllBytes(path);
        for (int length = 0; length < longer.length; length++) {
            Files.write(path, Arrays.copyOf(longer, length));
            int records = length < whole.length ? -1 : 2;
            if (records > 0) {
                assertThat(lines(path)).hasSize(records);
            }
            try (Ledger ledger = Ledger.open(path)) {
                long number = invoke(ledger, 3);
                assertThat(number).isBetween(0L, 1L);
            }
            assertThat(lines(path)).last().asString().endsWith(" 3 {\"intensity\":3}");
        }
    }

    @Test
    void refusesAFileThatIsNoLedgerOrIsDamagedInItsMiddle() throws IOException {
        Path notes = Files.writeString(folder.resolve("notes"), "remember the milk\n");
        assertThatThrownBy(() -> Ledger.open(notes)).isInstanceOf(IOException.class);
        Path other = Files.writeString(folder.resolve("other"), "no line feed");
        assertThatThrownBy(() -> Ledger.open(other)).isInstanceOf(IOException.class);
        assertThat(other).hasContent("no line feed");

        Path damaged = folder.resolve("damaged");
        try (Ledger ledger = Ledger.open(damaged)) {
            assertThat(invoke(ledger, 1)).isZero();
        }
        Files.writeString(damaged, "I\t7\tgarbage\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> Ledger.open(damaged)).hasMessageContaining("line 3");
    }

    @Test
    void isOpenOnlyOnce() throws IOException {
        Path path = folder.resolve("ledger");
        try (Ledger ledger = Ledger.open(path)) {
            assertThatThrownBy(() -> Ledger.open(path)).hasMessageContaining("open already");
            assertThat(invoke(ledger, 1)).isZero();
        }
    }

    @Test
    void takesRecordsFromSeveralThreadsFastEnough() throws Exception {
        Path path = folder.resolve("ledger");
        int perThread = 20_000;
        long begin = System.nanoTime();
        try (Ledger ledger = Ledger.open(path)) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                String device = "tf-" + t;
                threads.add(new Thread(() -> {
                    try {
                        for (int i = 0; i < perThread; i++) {
                            ledger.acked(ledger.invoked(KIND, device, new long[] {i}, payloads("{\"x\":1}")), 1);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        assertThat(lines(path)).hasSize(2 * 3 * perThread);
        assertThat(3 * perThread / seconds).as("observations per second").isGreaterThan(20_000);
    }

    @Test
    @Timeout(60)
    void survivesTheKillOfItsProcess() throws Exception {
        Path path = folder.resolve("ledger");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LedgerWritingProcess.class.getName(),
                        path.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long told = -1;
        boolean killed = false;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            while (line != null) {
                // the very last line may be torn to a smaller number
                told = Math.max(told, Long.parseLong(line));
                if (told >= 3000 && child.isAlive()) {
                    // by its handle: Process.destroyForcibly would close our end of the pipe as well
                    killed |= child.toHandle().destroyForcibly();
                }
                line = out.readLine();
            }
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor(Duration.ofSeconds(10).toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(killed).isTrue();
        assertThat(told).isGreaterThanOrEqualTo(3000);
        assertThat(lines(path)).contains("acked " + told + " 1");
        try (Ledger ledger = Ledger.open(path)) {
            assertThat(invoke(ledger, 1)).isGreaterThan(told);
        }
    }

    private static long invoke(Ledger ledger, int value) throws IOException {
        return ledger.invoked(KIND, "tf-1", new long[] {value}, payloads("{\"intensity\":" + value + "}"));
    }

    private static List<byte[]> payloads(String... json) {
        List<byte[]> payloads = new ArrayList<>();
        for (String one : json) {
            payloads.add(one.getBytes(StandardCharsets.UTF_8));
        }
        return payloads;
    }

    private static List<String> lines(Path path) throws IOException {
        List<String> lines = new ArrayList<>();
        LedgerFile.Extent extent = LedgerFile.read(path, new LedgerFile.Visitor() {
            @Override
            public void invoked(LedgerFile.Invoked o) {
                lines.add(o.number() + " " + o.kind() + " " + o.device() + " " + o.timeMicros() + " " + o.payload());
            }

            @Override
            public void acked(long first, int count) {
                lines.add("acked " + first + " " + count);
            }
        });
        assertThat(extent.observations()).isLessThanOrEqualTo(lines.size());
        return lines;
    }
}
