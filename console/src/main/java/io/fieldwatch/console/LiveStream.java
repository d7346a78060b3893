package io.fieldwatch.console;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fieldwatch.alerts.AlertDesk;
import io.fieldwatch.alerts.AlertEvent;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/stream}: alert events as they become durable, what devices said, and the server's clock.
 *
 * <p>A page has a cursor into the {@link EventRing} and no queue of its own; what it has not read yet is only what fits
 * its connection's write queue. A page that leaves that full is disconnected and resumes by itself. Clients belong to
 * the event loop; only {@link #publish} is called by another thread.
 */
final class LiveStream {

    static final int CLIENTS_MAX = 100;
    static final int RING_EVENTS = 1000;
    private static final int WRITE_QUEUE_BYTES_MAX = 1 << 20;
    private static final int DEVICES_PER_DIFF_MAX = 2000;
    private static final long DIFF_MILLIS = 1000;
    /** Under 5 s, so that a page that says "5 s late" is right. */
    private static final long CLOCK_MILLIS = 2000;

    private final AlertDesk desk;
    private final LiveDevices devices;
    private final Clock clock;
    private final MetricSet<ConsoleMetric> metrics;
    private final EventRing ring;
    private final Context loop;
    private final Set<Client> clients = new LinkedHashSet<>();
    private final AtomicBoolean flushDue = new AtomicBoolean();
    private Runnable unsubscribe = () -> {};

    private static final class Client {
        final HttpServerResponse response;
        long cursor;

        Client(HttpServerResponse response, long cursor) {
            this.response = response;
            this.cursor = cursor;
        }
    }

    LiveStream(ConsoleServer.Sources sources, Context loop) {
        desk = sources.desk();
        devices = sources.devices();
        clock = sources.clock();
        metrics = devices.metrics();
        ring = new EventRing(RING_EVENTS, clock.wallMicros());
        this.loop = loop;
    }

    void start(Vertx vertx) {
        unsubscribe = desk.subscribe(this::publish);
        vertx.setPeriodic(DIFF_MILLIS, timer -> sendDevices());
        vertx.setPeriodic(CLOCK_MILLIS, timer -> sendAll(SseFrame.of("clock", this::clock)));
    }

    void stop() {
        unsubscribe.run();
    }

    /** Latest transitions, the newest last. */
    List<AlertEvent> recentEvents() {
        return ring.recent();
    }

    private void publish(AlertEvent event) {
        ring.add(event);
        if (flushDue.compareAndSet(false, true)) {
            loop.runOnContext(none -> flush());
        }
    }

    void connect(RoutingContext context) {
        if (clients.size() >= CLIENTS_MAX) {
            throw Problem.unavailable(CLIENTS_MAX + " pages are connected already");
        }
        HttpServerResponse response = context.response();
        response.setChunked(true)
                .setWriteQueueMaxSize(WRITE_QUEUE_BYTES_MAX)
                .putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Accel-Buffering", "no");
        long newest = ring.newest();
        Long resumeAfter = lastEventId(context);
        Client client = new Client(response, resumeAfter == null ? newest : resumeAfter);
        response.exceptionHandler(failure -> forget(client));
        response.closeHandler(none -> forget(client));
        clients.add(client);
        metrics.set(ConsoleMetric.STREAM_CLIENTS, clients.size());
        Buffer first = Buffer.buffer("retry: 2000\n\n");
        // A page that has seen no alert event yet still needs a number to resume from.
        first.appendBuffer(
                resumeAfter == null ? SseFrame.of("clock", newest, this::clock) : SseFrame.of("clock", this::clock));
        write(client, first);
        sendAlerts(client);
    }

    /** Null when the page asks for nothing; -1, which no ring reaches back to, when it asks for what is no number. */
    private static @Nullable Long lastEventId(RoutingContext context) {
        String header = context.request().getHeader("Last-Event-ID");
        if (header == null || header.isEmpty()) {
            return null;
        }
        try {
            return Long.valueOf(header);
        } catch (NumberFormatException e) {
            return -1L;
        }
    }

    private void flush() {
        flushDue.set(false);
        for (Client client : new ArrayList<>(clients)) {
            sendAlerts(client);
        }
    }

    private void sendAlerts(Client client) {
        Optional<EventRing.Events> events = ring.after(client.cursor);
        if (events.isEmpty()) {
            metrics.add(ConsoleMetric.STREAM_RESETS, 1);
            client.cursor = ring.newest();
            write(client, SseFrame.of("reset", client.cursor, this::clock));
        } else if (events.get().newest() > client.cursor) {
            client.cursor = events.get().newest();
            write(client, events.get().frames());
        }
    }

    /** The changes are taken even when nobody listens, or the first page would be told hours of them. */
    private void sendDevices() {
        List<LiveDevice> changed = devices.takeChanged(DEVICES_PER_DIFF_MAX);
        if (!changed.isEmpty() && !clients.isEmpty()) {
            sendAll(SseFrame.of("device", json -> DeviceJson.changes(json, changed)));
        }
    }

    private void clock(JsonGenerator json) throws IOException {
        json.writeStartObject();
        Json.time(json, "time", clock.wallMicros());
        json.writeNumberField("timeMillis", clock.wallMillis());
        json.writeNumberField("feedAgeMillis", devices.ageMillis());
        json.writeEndObject();
    }

    private void sendAll(Buffer frame) {
        for (Client client : new ArrayList<>(clients)) {
            write(client, frame);
        }
    }

    private void write(Client client, Buffer frame) {
        if (client.response.closed()) {
            forget(client);
        } else if (client.response.writeQueueFull()) {
            metrics.add(ConsoleMetric.STREAM_DROPPED, 1);
            forget(client);
            client.response.reset();
        } else {
            client.response.write(frame);
        }
    }

    private void forget(Client client) {
        if (clients.remove(client)) {
            metrics.set(ConsoleMetric.STREAM_CLIENTS, clients.size());
        }
    }
}
