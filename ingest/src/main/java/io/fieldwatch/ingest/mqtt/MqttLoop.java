package io.fieldwatch.ingest.mqtt;

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
import org.jspecify.annotations.Nullable;

/**
 * One event loop with its connections and its blocks. When there is no room for one more message it pauses: none of its
 * connections is read, so TCP slows the devices down, until there is room again. All methods belong to the event loop.
 */
final class MqttLoop {

    private static final int RESUME_POLL_MILLIS = 20;
    private static final int CHECK_MILLIS = 250;

    private final EventLoop eventLoop;
    private final Intake intake;
    private final BlockBuilder builder;
    private final Set<MqttSession> sessions = new LinkedHashSet<>();
    private boolean paused;
    private boolean polling;
    private boolean draining;
    private int resumeFrom;

    MqttLoop(EventLoop eventLoop, Intake intake) {
        this.eventLoop = eventLoop;
        this.intake = intake;
        this.builder = new BlockBuilder(intake, eventLoop, this::resumeIfRoom);
    }

    /** Begins to look after the connections' deadlines. May be called from any thread. */
    void start() {
        Future<?> unused =
                eventLoop.scheduleWithFixedDelay(this::check, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    void execute(Runnable task) {
        eventLoop.execute(task);
    }

    void add(MqttSession session) {
        sessions.add(session);
    }

    void remove(MqttSession session) {
        sessions.remove(session);
    }

    /** While true, no connection hands anything in. */
    boolean paused() {
        return paused || draining;
    }

    /** Takes one message in; pauses when there is no room for another. */
    void take(TopicRoute route, String source, ByteBuf payload, @Nullable MqttSession target, int token) {
        builder.take(route, source, payload, target, token);
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
        sessions.forEach(MqttSession::updateGate);
    }

    /** Whether everything taken is durable and acknowledged. May be called from any thread. */
    Future<Boolean> drained() {
        return eventLoop.submit(builder::isEmpty);
    }

    /** Says goodbye to every client. May be called from any thread. */
    Future<?> closeAll() {
        return eventLoop.submit(this::closeSessions);
    }

    private void closeSessions() {
        for (MqttSession session : sessions.toArray(new MqttSession[0])) {
            session.close(ReasonCode.SERVER_SHUTTING_DOWN);
        }
    }

    private void pause() {
        if (paused) {
            return;
        }
        paused = true;
        intake.metrics().add(IngestMetric.PAUSES, 1);
        sessions.forEach(MqttSession::updateGate);
        resumeLater();
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

    private void resume() {
        paused = false;
        long now = intake.clock().nanos();
        MqttSession[] all = sessions.toArray(new MqttSession[0]);
        for (MqttSession session : all) {
            session.excuseSilence(now);
        }
        // Another one goes first each time, or a few busy connections could fill the blocks for ever.
        resumeFrom++;
        for (int i = 0; i < all.length; i++) {
            all[Math.floorMod(resumeFrom + i, all.length)].updateGate();
        }
    }

    private void check() {
        builder.abandonOverdue();
        if (paused()) {
            return; // silence is ours, not the clients'
        }
        long now = intake.clock().nanos();
        for (MqttSession session : sessions.toArray(new MqttSession[0])) {
            session.checkDeadlines(now);
        }
    }
}
