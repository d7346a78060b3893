package io.fieldwatch.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.journal.JournalConfig;
import io.fieldwatch.journal.LocalObservationLog;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class JournalCommandTest {

    @TempDir
    Path data;

    private Path observations = Path.of("");

    private record Printed(int exit, String out, String err) {}

    private static Printed inspect(Object... directory) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] arguments = new String[directory.length + 2];
        arguments[0] = "journal";
        arguments[1] = "inspect";
        for (int i = 0; i < directory.length; i++) {
            arguments[i + 2] = directory[i].toString();
        }
        int exit = new CommandLine(new Main())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Printed(exit, out.toString(), err.toString());
    }

    /** Two blocks of three observations. */
    @BeforeEach
    void someObservations() throws Exception {
        observations = data.resolve("observations");
        JournalConfig config = new JournalConfig(observations, 8192, 8 * 8192, 4000, 100, 2000, Set.of("storage"));
        try (LocalObservationLog log = LocalObservationLog.open(config)) {
            append(log, 1_700_000_000_000L);
            append(log, 1_700_000_060_000L);
        }
    }

    private static void append(LocalObservationLog log, long arrivalMillis) throws Exception {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocate(1000), 1, arrivalMillis);
        for (int i = 0; i < 3; i++) {
            writer.begin(1, 0);
            writer.setNumber(0, i);
            assertThat(writer.commit(1_000_000L * i, arrivalMillis, 0)).isTrue();
        }
        CompletableFuture<Long> position = new CompletableFuture<>();
        boolean taken = log.append(writer.seal(), new ObservationLog.Outcome() {
            @Override
            public void onDurable(long at) {
                position.complete(at);
            }

            @Override
            public void onFailed(IOException cause) {
                position.completeExceptionally(cause);
            }
        });
        assertThat(taken).isTrue();
        assertThat(position.get(10, TimeUnit.SECONDS)).isNotNegative();
    }

    private Path file() {
        return observations.resolve("00000000000000000000.log");
    }

    private void overwrite(long offset, byte... bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            assertThat(channel.write(ByteBuffer.wrap(bytes), offset)).isEqualTo(bytes.length);
        }
    }

    @Test
    void showsASoundLog() throws Exception {
        Printed printed = inspect(data);
        assertThat(printed.exit()).isZero();
        assertThat(printed.err()).isEmpty();
        assertThat(printed.out().lines().toList())
                .contains(observations + ", log "
                        + Files.readString(observations.resolve("log.id")).strip())
                .anyMatch(line -> line.matches(" *00000000000000000000\\.log +0 +\\d+ +2 +6 +0\\.0 / 0\\.0 +"
                        + "2023-11-14 22:13:20 to 22:14:20"))
                .contains("  sound");
        assertThat(inspect(observations)).isEqualTo(printed);
    }

    @Test
    void namesDamageAndExitsWithOne() throws Exception {
        overwrite(64 + 20, (byte) 99);
        Printed printed = inspect(data);
        assertThat(printed.exit()).isEqualTo(1);
        assertThat(printed.out())
                .contains("DAMAGED", "00000000000000000000.log, position 0, offset 64", "whole records follow")
                .contains("does not start on a damaged log")
                .doesNotContain("  sound");
    }

    @Test
    void mentionsATornTailAndExitsWithZero() throws Exception {
        long end = Files.size(file()) - 100;
        overwrite(end, (byte) 1);
        Printed printed = inspect(data);
        assertThat(printed.exit()).isZero();
        assertThat(printed.out()).contains("torn tail", "  sound");
    }

    @Test
    void exitsWithTwoWhereThereIsNoLog() {
        assertThat(inspect(data.resolve("nowhere")).exit()).isEqualTo(2);
        assertThat(inspect(data.resolve("nowhere")).err()).contains("nowhere holds no log", "journal inspect");
        assertThat(inspect(file()).exit()).isEqualTo(2);
        assertThat(inspect().exit()).isEqualTo(2);
    }
}
