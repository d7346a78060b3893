package io.fieldwatch.simulator.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.simulator.Mosquitto;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The load client against a server whose every answer a test decides. */
class LoadRunTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Pattern TIME = Pattern.compile("\"time\":\"([^\"]+)\"");
    private static final Pattern DEVICE = Pattern.compile("\"device\":\"([^\"]+)\"");

    private Sink sink;

    @BeforeEach
    void start() throws IOException {
        sink = new Sink();
    }

    @AfterEach
    void stop() throws IOException {
        sink.close();
    }

    @Test
    void publishesOnScheduleUntilAllIsAcknowledged() throws Exception {
        LoadResult result = run(config().withConnections(5).withRate(500), 1000);
        assertThat(result.published()).isBetween(400L, 600L);
        assertThat(result.acked()).isEqualTo(result.published());
        assertThat(result.connections()).isEqualTo(5);
        assertThat(sink.published()).hasSize((int) result.published());
        assertThat(times(sink.published())).doesNotHaveDuplicates();
        assertThat(result.json()).contains("\"acked\":" + result.acked(), "p999Millis", "cpuSeconds");
        assertThat(result.summary()).startsWith("published=" + result.published() + " acked=" + result.acked());
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "5, 1", "5, 0", "4, 0"})
    void publishesToAnotherBroker(int version, int qos, @TempDir Path directory) throws Exception {
        try (Mosquitto broker = Mosquitto.start(directory)) {
            LoadConfig base = LoadConfig.to("127.0.0.1", broker.port());
            LoadConfig config = new LoadConfig(
                    base.target(), 20, 1, 2000, false, 1, qos, version, 10, 5000, base.warmUp(), null, 1, 1, null);
            LoadResult result = run(config, 1000);
            assertThat(result.published()).isGreaterThan(1000);
            assertThat(result.acked()).isEqualTo(result.published());
            assertThat(result.lost()).isZero();
        }
    }

    @Test
    void saysTheSameWithTheSameSeed() throws Exception {
        Payloads one = new Payloads(7);
        Payloads other = new Payloads(7);
        ByteBuf first = Unpooled.buffer();
        ByteBuf second = Unpooled.buffer();
        for (int i = 0; i < 300; i++) {
            one.write(first, new byte[0], 1_795_417_200_000_000L + i, i);
            other.write(second, new byte[0], 1_795_417_200_000_000L + i, i);
        }
        assertThat(first).isEqualTo(second);
    }

    @Test
    void neverHasMoreUnderWayThanTheServerAllows() throws Exception {
        sink.acknowledge(false);
        try (LoadRun run = new LoadRun(config().withConnections(2).withRate(1000))) {
            begin(run);
            await().until(() -> sink.unanswered() == 6); // three each
            Thread.sleep(300);
            assertThat(sink.unanswered()).isEqualTo(6);
        }
    }

    @Test
    void countsAStallFromWhenEachMessageWasDue() throws Exception {
        sink.acknowledge(false);
        LoadResult result;
        try (LoadRun run = new LoadRun(config().withConnections(1).withRate(200))) {
            begin(run);
            Thread.sleep(800);
            sink.acknowledge(true);
            sink.closeConnections(); // what was unacknowledged comes again, and is acknowledged at once
            Thread.sleep(200);
            result = run.stop(SOON);
        }
        assertThat(result.acked()).isEqualTo(result.published());
        assertThat(result.max()).as("the message that waited longest").isGreaterThan(700);
        assertThat(result.p50())
                .as("most messages waited, although each was acknowledged at once")
                .isGreaterThan(100);
    }

    @Test
    void sendsAgainByteForByteWhatWasNotAcknowledged() throws Exception {
        sink.acknowledge(false);
        LoadResult result;
        try (LoadRun run = new LoadRun(config().withConnections(3).withRate(300))) {
            begin(run);
            await().until(() -> sink.unanswered() == 9);
            List<String> first = sink.published();
            sink.acknowledge(true);
            sink.closeConnections();
            await().until(() -> run.connected() == 3);
            result = run.stop(SOON);
            assertThat(sink.published().subList(9, sink.published().size())).containsAll(first);
        }
        assertThat(result.resent()).isEqualTo(9);
        assertThat(result.lost()).isEqualTo(3);
        assertThat(result.acked()).isEqualTo(result.published());
        assertThat(new HashSet<>(sink.published())).hasSize((int) result.published());
        assertThat(result.backMillis()).isPositive();
    }

    @Test
    void publishesAsFastAsItIsAcknowledged() throws Exception {
        LoadResult result = run(config().withConnections(3), 500);
        assertThat(result.published()).isPositive();
        assertThat(result.acked()).isEqualTo(result.published());
        assertThat(new HashSet<>(times(sink.published()))).hasSizeGreaterThanOrEqualTo((int) result.published() / 3);
    }

    @Test
    void publishesArraysOfAGatewaysDevices() throws Exception {
        LoadResult result = run(config().withConnections(2).withBatch(10, 4).withRate(400), 500);
        assertThat(result.acked())
                .isEqualTo(result.published())
                .isEqualTo(10L * sink.published().size());
        Set<String> identities = new HashSet<>();
        int observations = 0;
        for (String body : sink.published()) {
            String text = text(body);
            assertThat(text).contains("fieldwatch/v1/traffic-flow");
            Matcher device = DEVICE.matcher(text);
            Matcher time = TIME.matcher(text);
            while (device.find() && time.find()) {
                identities.add(device.group(1) + " " + time.group(1));
                observations++;
            }
        }
        assertThat(identities).hasSize(observations).hasSize((int) result.published());
    }

    @Test
    void tellsRefusalsFromAcknowledgements() throws Exception {
        sink.refuseMessages(0x99);
        LoadResult result = run(config().withConnections(1).withRate(100), 300);
        assertThat(result.acked()).isZero();
        assertThat(result.refused()).isEqualTo(result.published());
        assertThat(result.lastReason()).isEqualTo(0x99);
    }

    @Test
    void saysWhyItIsNotLetIn() throws Exception {
        sink.refuseConnects(0x86);
        try (LoadRun run = new LoadRun(config().withConnections(2))) {
            run.start();
            assertThat(run.awaitConnected(Duration.ofMillis(500))).isFalse();
            assertThat(run.status().lastReason()).isEqualTo(0x86);
        }
    }

    @Test
    void understandsAnswersThatComeByteByByte() throws Exception {
        sink.answerByteByByte();
        LoadResult result = run(config().withConnections(2).withRate(200), 500);
        assertThat(result.acked()).isEqualTo(result.published()).isPositive();
    }

    @Test
    void logsInAsTheFileSays(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("tokens"), "traffic-flow/cam-1\ttoken-1\ntraffic-flow/cam-2\ttoken-2\n");
        LoadResult result = run(with(2, file, null), 200);
        assertThat(result.connections()).isEqualTo(2);
        assertThat(sink.connects())
                .anySatisfy(connect -> assertThat(text(connect)).contains("traffic-flow/cam-1", "token-1"));
        assertThat(sink.published()).allSatisfy(body -> assertThat(text(body)).contains("/cam-"));
        assertThatThrownBy(() -> new LoadRun(with(3, file, null)).close()).hasMessageContaining("2 users for 3");
        Path wrong = Files.writeString(directory.resolve("wrong"), "a\tb\nc d\n");
        assertThatThrownBy(() -> new LoadRun(with(1, wrong, null)).close()).hasMessageContaining("line 2");
    }

    @Test
    void keepsALedgerOfWhatWasAcknowledged(@TempDir Path directory) throws Exception {
        Path ledger = directory.resolve("ledger");
        LoadResult result = run(with(2, null, ledger), 400);
        List<String> lines = Files.readAllLines(ledger);
        assertThat(lines.stream().filter(line -> line.startsWith("I\t")).count())
                .isEqualTo(result.published());
        assertThat(lines.stream().filter(line -> line.startsWith("A\t")).count())
                .isEqualTo(result.acked());
        assertThat(result.acked()).isEqualTo(result.published()).isPositive();
    }

    @Test
    void refusesMoreConnectionsThanItMayOpen() {
        assertThatThrownBy(() -> new LoadRun(config().withConnections(1_000_000)).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ulimit");
    }

    private LoadConfig config() {
        return LoadConfig.to("127.0.0.1", sink.port());
    }

    private LoadConfig with(int connections, @Nullable Path credentials, @Nullable Path ledger) {
        LoadConfig base = config().withConnections(connections).withRate(100);
        return new LoadConfig(
                new LoadConfig.Target("127.0.0.1", sink.port(), false, null, credentials),
                connections,
                1,
                base.rate(),
                false,
                1,
                1,
                5,
                base.window(),
                base.connectsPerSecond(),
                base.warmUp(),
                null,
                1,
                1,
                ledger);
    }

    private static LoadResult run(LoadConfig config, long millis) throws IOException, InterruptedException {
        try (LoadRun run = new LoadRun(config)) {
            begin(run);
            Thread.sleep(millis);
            return run.stop(SOON);
        }
    }

    private static void begin(LoadRun run) throws InterruptedException {
        run.start();
        assertThat(run.awaitConnected(SOON)).isTrue();
        run.publish();
    }

    private static List<String> times(List<String> bodies) {
        return bodies.stream()
                .map(body -> TIME.matcher(text(body)))
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .toList();
    }

    private static String text(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
    }
}
