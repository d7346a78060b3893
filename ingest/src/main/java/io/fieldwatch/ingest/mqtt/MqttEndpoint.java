package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.access.Gatekeeper;
import io.fieldwatch.ingest.access.RateLimit;
import io.fieldwatch.telemetry.Metric;
import io.fieldwatch.telemetry.MetricSet;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where devices publish with MQTT 3.1.1 or 5. A PUBACK or PUBREC says that the message is on stable storage: accepted,
 * or in quarantine with its reason. While the log has no room, connections are not read.
 *
 * <p>{@link #start} once, {@link #stop} as often as you like, both from one thread; the rest from any.
 */
public final class MqttEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MqttEndpoint.class);
    private static final int ACCEPT_QUEUE_MAX = 4096;
    private static final int READ_BYTES_MIN = 256;
    private static final int READ_BYTES_FIRST = 512;
    private static final int READ_BYTES_MAX = 64 << 10;
    private static final int DRAIN_POLL_MILLIS = 5;
    private static final Duration CLOSE_BUDGET = Duration.ofSeconds(10);

    private final MqttConfig config;
    private final Intake intake;
    private final Door door;
    private final EventLoopGroup group;
    private final Map<EventLoop, MqttLoop> loops = new HashMap<>();
    private final List<Channel> listening = new ArrayList<>();

    /** @throws IllegalArgumentException when the transport is not there */
    public MqttEndpoint(MqttConfig config, Intake intake, Gatekeeper gatekeeper) {
        this.config = config;
        this.intake = intake;
        this.door = new Door(config, FileLimit.connections(config.connectionsMax()), intake, gatekeeper);
        this.group = new MultiThreadIoEventLoopGroup(
                config.eventLoops(),
                new DefaultThreadFactory("mqtt", true),
                config.transport().handlers());
    }

    /** Listens. */
    public void start() throws IOException {
        for (EventExecutor executor : group) {
            EventLoop eventLoop = (EventLoop) executor;
            MqttLoop loop = new MqttLoop(eventLoop, intake);
            loops.put(eventLoop, loop);
            loop.start();
        }
        for (Listener listener : config.listeners()) {
            listen(listener);
        }
    }

    /** The port of the first listener, also when the configuration left the choice. */
    public int port() {
        return port(0);
    }

    /** The port of the listener with that number, in the configuration's order. */
    public int port(int listener) {
        if (listener >= listening.size()) {
            throw new IllegalStateException("not started");
        }
        return ((InetSocketAddress) listening.get(listener).localAddress()).getPort();
    }

    /** Why connections ended: a counter for each reason. */
    public MetricSet<? extends Metric> endings() {
        return door.endings();
    }

    /** Looks at every connection again after credentials have changed: who may not be here any more is disconnected. */
    public void recheck() {
        for (MqttLoop loop : loops.values()) {
            Future<?> unused = loop.forEach(MqttSession::recheck);
        }
    }

    /**
     * Stops in stages: no new connection, nothing more read, what was read becomes durable and is acknowledged, goodbye.
     *
     * @param budget how long this may take; what is not durable by then stays unacknowledged
     */
    public void stop(Duration budget) {
        if (group.isShuttingDown()) {
            return;
        }
        long deadline = System.nanoTime() + budget.toNanos();
        listening.forEach(channel -> channel.close().awaitUninterruptibly());
        loops.values().forEach(loop -> loop.execute(loop::drain));
        try {
            for (MqttLoop loop : loops.values()) {
                awaitDrained(loop, deadline);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (MqttLoop loop : loops.values()) {
            // Waited for: an event loop that is told to end closes its channels before it looks at its tasks.
            loop.forEach(session -> session.end(Ending.SERVER_SHUTTING_DOWN)).awaitUninterruptibly(1, TimeUnit.SECONDS);
        }
        group.shutdownGracefully(20, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        LOG.info("MQTT endpoint stopped");
    }

    @Override
    public void close() {
        stop(CLOSE_BUDGET);
    }

    @SuppressWarnings("deprecation") // RCVBUF_ALLOCATOR: Netty 4.2 names no other way to say how much to read at once
    private void listen(Listener listener) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(config.transport().serverChannel())
                .option(ChannelOption.SO_BACKLOG, ACCEPT_QUEUE_MAX)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(
                        ChannelOption.RCVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(READ_BYTES_MIN, READ_BYTES_FIRST, READ_BYTES_MAX))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(8 << 10, 32 << 10))
                .handler(new AcceptLimit(
                        new RateLimit(config.acceptsPerSecond(), config.acceptsPerSecond()), intake.clock()))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        assemble(channel, listener);
                    }
                });
        String where = listener.address().getHostAddress() + ":";
        ChannelFuture bound =
                bootstrap.bind(listener.address(), listener.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            listening.forEach(channel -> channel.close().awaitUninterruptibly());
            Future<?> unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException("cannot listen for MQTT on " + where + listener.port(), bound.cause());
        }
        listening.add(bound.channel());
        LOG.info(
                "listening for MQTT{} on {}{}{}",
                listener.tls() == null ? "" : " over TLS",
                where,
                port(listening.size() - 1),
                listener.anonymous() ? ", without credentials" : "");
    }

    /** A channel's handlers, in the order in which bytes meet them. */
    private void assemble(Channel channel, Listener listener) {
        if (!door.enter()) {
            ChannelFuture unused = channel.close();
            return;
        }
        MqttLoop loop = Objects.requireNonNull(loops.get(channel.eventLoop()));
        InetAddress from = channel.remoteAddress() instanceof InetSocketAddress remote
                ? remote.getAddress()
                : InetAddress.getLoopbackAddress(); // gone already
        MqttSession session = new MqttSession(door, loop, channel, new Peer(from, listener.anonymous()));
        TlsContexts tls = listener.tls();
        if (tls != null) {
            // Cipher to clear bytes; with whatever certificate is valid when the connection comes.
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        // Bytes to packets, which it hands to its session. Answers are bytes already.
        channel.pipeline().addLast(session.reader());
    }

    private static void awaitDrained(MqttLoop loop, long deadline) throws InterruptedException {
        while (System.nanoTime() < deadline) {
            try {
                if (loop.drained().get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    return;
                }
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("an event loop did not drain", e);
                return;
            }
            Thread.sleep(DRAIN_POLL_MILLIS);
        }
        LOG.warn("not everything read was durable in time; its senders will send it again");
    }
}
