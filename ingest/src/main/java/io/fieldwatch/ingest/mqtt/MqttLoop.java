package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.AckTarget;
import io.fieldwatch.ingest.BlockBuilder;
import io.fieldwatch.ingest.IngestMetric;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.TopicRoute;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop with its connections, its blocks, its one timer and what all its connections share to read packets. When
 * there is no room for one more message it pauses: whoever sends then is no longer read, so TCP slows the devices down,
 * until there is room again. All methods belong to the event loop unless they say otherwise.
 */
final class MqttLoop {

    private static final int RESUME_POLL_MILLIS = 20;
    private static final int TURN_MILLIS = 250;
    private static final int SLOTS = 256;

    private final EventLoop eventLoop;
    private final Intake intake;
    private final BlockBuilder builder;
    private final DeadlineWheel<MqttSession> deadlines;
    private final Set<FrameReader> held = new LinkedHashSet<>();
    private final Body body = new Body();
    private final Properties properties = new Properties();
    private long nowNanos;
    private long arrivalMicros;
    private boolean paused;
    private boolean polling;
    private boolean draining;

    MqttLoop(EventLoop eventLoop, Intake intake) {
        this.eventLoop = eventLoop;
        this.intake = intake;
        this.builder = new BlockBuilder(intake, eventLoop, this::resumeIfRoom);
        this.nowNanos = intake.clock().nanos();
        this.arrivalMicros = intake.clock().wallMicros();
        this.deadlines = new DeadlineWheel<>(
                SLOTS, TimeUnit.MILLISECONDS.toNanos(TURN_MILLIS), nowNanos, session -> session.due(nowNanos));
    }

    /** Begins to look after the connections' deadlines. May be called from any thread. */
    void start() {
        Future<?> unused =
                eventLoop.scheduleWithFixedDelay(this::turn, TURN_MILLIS, TURN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** May be called from any thread. */
    void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /** Bytes have arrived: what they bring is as old as this moment. */
    void arrived() {
        nowNanos = intake.clock().nanos();
        arrivalMicros = intake.clock().wallMicros();
    }

    /** The monotonic time of the latest arrival or turn. */
    long nowNanos() {
        return nowNanos;
    }

    Body body() {
        return body;
    }

    Properties properties() {
        return properties;
    }

    /** Has {@link MqttSession#due} called after that time, or earlier. */
    void schedule(MqttSession session, long delayNanos) {
        deadlines.schedule(session, nowNanos, delayNanos);
    }

    void remove(MqttSession session) {
        deadlines.remove(session);
    }

    /** While true, no connection hands anything in. */
    boolean paused() {
        return paused || draining;
    }

    /** The reader keeps bytes back until {@link FrameReader#update} lets it go on. */
    void hold(FrameReader reader) {
        held.add(reader);
    }

    void unhold(FrameReader reader) {
        held.remove(reader);
    }

    /** Takes one message in; pauses when there is no room for another. */
    void take(TopicRoute route, String source, ByteBuf payload, @Nullable AckTarget target, int token) {
        builder.take(route, source, payload, arrivalMicros, target, token);
        if (!builder.hasRoom()) {
            pause();
        }
    }

    /** Takes in that a device is gone; pauses when there is no room for another message. */
    void takeOffline(TopicRoute route, String source, ByteBuf left) {
        builder.takeOffline(route, source, left, arrivalMicros);
        if (!builder.hasRoom()) {
            pause();
        }
    }

    void readComplete() {
        builder.sealIfIdle();
    }

    /** Takes nothing more; what is open goes to the log. */
    void drain() {
        draining = true;
        builder.seal();
    }

    /** Whether everything taken is durable and acknowledged. May be called from any thread. */
    Future<Boolean> drained() {
        return eventLoop.submit(builder::isEmpty);
    }

    /** Does something with every connection. May be called from any thread. */
    Future<?> forEach(Consumer<MqttSession> action) {
        return eventLoop.submit(() -> deadlines.all().forEach(action));
    }

    private void pause() {
        if (!paused) {
            paused = true;
            intake.metrics().add(IngestMetric.PAUSES, 1);
            resumeLater();
        }
    }

    /** Besides looking whenever a block comes back: the log may have room again while nothing is in flight. */
    private void resumeLater() {
        if (polling) {
            return;
        }
        polling = true;
        Runnable poll = () -> {
            polling = false;
            resumeIfRoom();
        };
        Future<?> unused = eventLoop.schedule(poll, RESUME_POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void resumeIfRoom() {
        if (!paused) {
            return;
        }
        if (builder.hasRoom()) {
            resume();
        } else {
            resumeLater();
        }
    }

    /**
     * Whoever was held first goes on first, and whoever is held again goes to the end: a few busy connections cannot fill
     * the blocks for ever.
     */
    private void resume() {
        paused = false;
        arrived();
        FrameReader[] all = held.toArray(new FrameReader[0]);
        for (FrameReader reader : all) {
            if (paused()) {
                return;
            }
            reader.update();
        }
    }

    private void turn() {
        arrived();
        builder.abandonOverdue();
        deadlines.turn(nowNanos);
    }
}
