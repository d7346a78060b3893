package io.fieldwatch.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.alerts.Alert;
import io.fieldwatch.alerts.Priority;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Label;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The live stream over real connections. */
@Timeout(120)
final class LiveStreamTest {

    private RunningConsole console;
    private DeviceDefinition river;

    @BeforeEach
    void start() throws IOException {
        console = RunningConsole.withoutDatabase();
        river = console.city.define("water-level", "wl-001", "Trạm Nậm La", "Phường Tô Hiệu", 21.331, 103.912);
    }

    @AfterEach
    void stop() {
        console.close();
    }

    @Test
    void sendsTheServersClockAtOnceAndAgain() throws Exception {
        try (SseClient page = new SseClient(console, null)) {
            long first = page.next("clock").data().at("/timeMillis").asLong();
            long second = page.next("clock").data().at("/timeMillis").asLong();
            assertThat(first).isCloseTo(System.currentTimeMillis(), within(60_000L));
            assertThat(second - first).isBetween(1L, 5000L);
        }
    }

    @Test
    void sendsAlertEventsInTheirOrderUnderRunningNumbers() throws Exception {
        try (SseClient page = new SseClient(console, null)) {
            page.next("clock");
            raise("a1");
            raise("a2");
            console.desk.clear("a1");
            SseClient.Event first = page.next("alert");
            SseClient.Event second = page.next("alert");
            SseClient.Event third = page.next("alert");
            assertThat(first.data().at("/type").asText()).isEqualTo("RAISED");
            assertThat(first.data().at("/alert/message/vi").asText()).isEqualTo("Nước dâng\nnhanh");
            assertThat(second.data().at("/alert/id").asText()).isEqualTo("a2");
            assertThat(third.data().at("/alert/state").asText()).isEqualTo("CLEARED_UNACKNOWLEDGED");
            assertThat(Long.parseLong(second.id())).isEqualTo(Long.parseLong(first.id()) + 1);
            assertThat(Long.parseLong(third.id())).isEqualTo(Long.parseLong(first.id()) + 2);
        }
    }

    @Test
    void resumesBehindTheLastEventThePageHasSeen() throws Exception {
        String seen;
        try (SseClient page = new SseClient(console, null)) {
            page.next("clock");
            raise("a1");
            seen = page.next("alert").id();
        }
        raise("a2");
        raise("a3");
        try (SseClient page = new SseClient(console, seen)) {
            assertThat(page.next("alert").data().at("/alert/id").asText()).isEqualTo("a2");
            assertThat(page.next("alert").data().at("/alert/id").asText()).isEqualTo("a3");
            raise("a4");
            assertThat(page.next("alert").data().at("/alert/id").asText()).isEqualTo("a4");
        }
    }

    @Test
    void resumesAPageThatHadSeenNoAlertYet() throws Exception {
        String connected;
        try (SseClient page = new SseClient(console, null)) {
            connected = page.next("clock").id();
        }
        raise("a1");
        try (SseClient page = new SseClient(console, connected)) {
            assertThat(page.next("alert").data().at("/alert/id").asText()).isEqualTo("a1");
        }
    }

    @Test
    void tellsAPageThatMissedTooMuchToLoadEverythingAnew() throws Exception {
        String seen;
        try (SseClient page = new SseClient(console, null)) {
            seen = page.next("clock").id();
        }
        for (int i = 0; i < LiveStream.RING_EVENTS; i++) {
            raise("a" + i);
        }
        try (SseClient page = new SseClient(console, seen)) {
            assertThat(page.next("alert").data().at("/alert/id").asText()).isEqualTo("a0");
        }
        raise("one too many");
        for (String lost : new String[] {seen, "17", "no number", "9999999999999999"}) {
            try (SseClient page = new SseClient(console, lost)) {
                String id = page.next("reset").id();
                raise("after " + lost);
                SseClient.Event next = page.next("alert");
                assertThat(next.data().at("/alert/id").asText()).isEqualTo("after " + lost);
                assertThat(Long.parseLong(next.id())).isEqualTo(Long.parseLong(id) + 1);
            }
        }
    }

    @Test
    void sendsWhatChangedOfADeviceOnceASecondAtMost() throws Exception {
        try (SseClient page = new SseClient(console, null)) {
            page.next("clock");
            for (int i = 1; i <= 50; i++) {
                console.city.observe(river, Map.of("currentLevel", (double) i));
            }
            double last = 0;
            int diffs = 0;
            while (last < 50) {
                last = page.next("device")
                        .data()
                        .at("/devices/0/values/currentLevel")
                        .asDouble();
                diffs++;
            }
            assertThat(diffs).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void disconnectsAPageThatDoesNotReadInsteadOfKeepingEverythingForIt() throws Exception {
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), console.server.port()));
            String request = "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            await().untilAsserted(() ->
                    assertThat(metric(ConsoleMetric.STREAM_CLIENTS)).isEqualTo(1));
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> {
                        for (int i = 0; i < 200; i++) {
                            raise("flood " + i);
                        }
                        return metric(ConsoleMetric.STREAM_DROPPED) == 1;
                    });
            assertThat(metric(ConsoleMetric.STREAM_CLIENTS)).isZero();
        }
        assertThat(console.get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void refusesMorePagesThanItHasRoomFor() throws Exception {
        SseClient[] pages = new SseClient[LiveStream.CLIENTS_MAX];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = new SseClient(console, null);
        }
        ConsoleApiTest.assertProblem(console.get("/api/v1/stream"), 503, "connected already");
        pages[0].close();
        await().untilAsserted(
                        () -> assertThat(metric(ConsoleMetric.STREAM_CLIENTS)).isEqualTo(pages.length - 1));
        new SseClient(console, null).close();
        for (SseClient page : pages) {
            page.close();
        }
    }

    private long metric(ConsoleMetric metric) {
        return console.live.metrics().get(metric);
    }

    private void raise(String id) {
        Alert alert = console.city.alert(
                id, river, Priority.P2, new Label("Nước dâng\nnhanh", "Water rises"), "currentLevel", 6.4, 6.0);
        console.desk.raise(alert);
    }
}
