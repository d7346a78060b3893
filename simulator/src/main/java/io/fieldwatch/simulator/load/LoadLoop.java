package io.fieldwatch.simulator.load;

import io.fieldwatch.simulator.ledger.Ledger;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One event loop of the load client with its share of the connections: one timer for the schedule of all of them, one place
 * where they wait to connect. All methods belong to the event loop unless they say otherwise.
 */
final class LoadLoop {

    private static final long TICK_MICROS = 500;
    private static final long SWEEP_MILLIS = 1000;
    private static final int PING_EVERY_SWEEPS = 30;

    private final EventLoop eventLoop;
    private final LoadPlan plan;
    private final LoadRun run;
    private final Bootstrap bootstrap;
    private final SplittableRandom random;
    private final double connectsPerSecond;
    private final List<LoadConnection> connections = new ArrayList<>();
    private final Deque<LoadConnection> toConnect = new ArrayDeque<>();
    private final List<LoadConnection> touched = new ArrayList<>();
    private final LoadFigures figures = new LoadFigures();
    private double connectTokens;
    private long tokensNanos = System.nanoTime();
    private long scheduled;
    private int sweep;
    private boolean publishing;
    private boolean flushing;
    private boolean leaving;

    LoadLoop(EventLoop eventLoop, LoadPlan plan, LoadRun run, Bootstrap bootstrap, int threads) {
        this.eventLoop = eventLoop;
        this.plan = plan;
        this.run = run;
        this.bootstrap = bootstrap.clone(eventLoop);
        this.random = new SplittableRandom(plan.config().seed());
        this.connectsPerSecond = (double) plan.config().connectsPerSecond() / threads;
    }

    /** Before {@link #start}; from any thread. */
    void add(LoadConnection connection) {
        connections.add(connection);
    }

    /** From any thread. */
    void start() {
        eventLoop.execute(() -> {
            toConnect.addAll(connections);
            Future<?> ticks =
                    eventLoop.scheduleAtFixedRate(this::tick, TICK_MICROS, TICK_MICROS, TimeUnit.MICROSECONDS);
            Future<?> sweeps =
                    eventLoop.scheduleAtFixedRate(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
            run.keep(ticks, sweeps);
        });
    }

    /** Lets the schedule begin, or end. From any thread. */
    void publish(boolean begins) {
        eventLoop.execute(() -> {
            publishing = begins;
            if (begins && !isOpenLoop()) {
                connections.forEach(LoadConnection::send);
                flushTouched();
            }
        });
    }

    /** Whether everything due was sent and acknowledged. From any thread. */
    Future<Boolean> done() {
        return eventLoop.submit(() -> connections.stream().allMatch(LoadConnection::isDone));
    }

    /** A copy of the figures. From any thread. */
    Future<LoadFigures> snapshot() {
        return eventLoop.submit(() -> {
            LoadFigures copy = new LoadFigures();
            copy.add(figures);
            return copy;
        });
    }

    /** From any thread. */
    Future<?> leave() {
        return eventLoop.submit(() -> {
            leaving = true;
            connections.forEach(LoadConnection::leave);
        });
    }

    LoadConfig config() {
        return plan.config();
    }

    LoadFigures figures() {
        return figures;
    }

    boolean isOpenLoop() {
        return plan.isOpenLoop();
    }

    boolean mayPublish() {
        return publishing;
    }

    @Nullable
    Ledger ledger() {
        return run.ledger();
    }

    long dueNanos(int connection, long message) {
        return plan.dueNanos(connection, message);
    }

    long random(long below) {
        return random.nextLong(below);
    }

    ChannelFuture open(LoadConnection connection, int number) {
        return run.open(bootstrap, connection, number);
    }

    void connectLater(LoadConnection connection, long millis) {
        if (!leaving) {
            Future<?> unused = eventLoop.schedule(() -> toConnect.add(connection), millis, TimeUnit.MILLISECONDS);
        }
    }

    void touched(LoadConnection connection) {
        touched.add(connection);
    }

    /** A flush can make a channel writable, and so touch another connection, or the same once more. */
    void flushTouched() {
        if (flushing) {
            return;
        }
        flushing = true;
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).flush();
        }
        touched.clear();
        flushing = false;
    }

    /** A message counts for the latencies by when it was due, so that one acknowledged after the end is not left out. */
    void acknowledged(long sinceNanos) {
        long now = System.nanoTime();
        figures.acked += config().batch();
        if (run.isCounting(now)) {
            figures.counted += config().batch();
        }
        if (run.isCounting(sinceNanos)) {
            LoadFigures.record(figures.latency, now - sinceNanos);
        }
    }

    void recordAcknowledged(long ledgerNumber) {
        Ledger ledger = run.ledger();
        if (ledger != null) {
            try {
                ledger.acked(ledgerNumber, config().batch());
            } catch (IOException e) {
                fail(e);
            }
        }
    }

    void refused(int reason) {
        figures.refused += config().batch();
        told(reason);
    }

    /** The server gave a reason. */
    void told(int reason) {
        figures.lastReason = Math.max(figures.lastReason, reason);
    }

    void accepted(long nanos) {
        figures.connects++;
        figures.connected++;
        LoadFigures.record(figures.connecting, nanos);
        run.up();
    }

    void lost() {
        figures.connected--;
        if (!leaving) {
            figures.lost++;
            run.down();
        }
    }

    void fail(IOException cause) {
        run.fail(cause);
    }

    private void tick() {
        long now = System.nanoTime();
        connectTokens = Math.min(
                Math.max(1, connectsPerSecond / 10), connectTokens + (now - tokensNanos) * connectsPerSecond / 1e9);
        tokensNanos = now;
        while (connectTokens >= 1 && !toConnect.isEmpty()) {
            connectTokens--;
            toConnect.remove().connect();
        }
        if (publishing && isOpenLoop() && !config().idle()) {
            schedule(now);
            flushTouched();
        }
    }

    /** Its connections are in the order of their phases, so what is due next is known without looking for it. */
    private void schedule(long now) {
        int count = connections.size();
        while (count > 0) {
            LoadConnection next = connections.get((int) (scheduled % count));
            if (plan.dueNanos(next.number(), scheduled / count) > now) {
                return;
            }
            scheduled++;
            next.addDue();
        }
    }

    private void sweep() {
        sweep++;
        for (int i = sweep % PING_EVERY_SWEEPS; i < connections.size(); i += PING_EVERY_SWEEPS) {
            connections.get(i).ping();
        }
    }
}
