package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.IngestMetric;
import io.fieldwatch.ingest.Intake;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
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
    private static final int CLIENT_ID_CHARS_MAX = 1024;
    private static final int ACCEPT_QUEUE_MAX = 1024;
    private static final int DRAIN_POLL_MILLIS = 5;
    private static final Duration CLOSE_BUDGET = Duration.ofSeconds(10);

    private final MqttConfig config;
    private final Intake intake;
    private final ConnectedClients clients;
    private final InetAddress address;
    private final EventLoopGroup group;
    private final Map<EventLoop, MqttLoop> loops = new HashMap<>();
    private @Nullable Channel server;

    /**
     * @throws IllegalArgumentException when the address is not this machine's, or is reachable from others although
     *     anyone could publish there
     */
    public MqttEndpoint(MqttConfig config, Intake intake) {
        this.config = config;
        this.intake = intake;
        this.clients = new ConnectedClients(config.connectionsMax());
        this.address = address(config);
        this.group = new MultiThreadIoEventLoopGroup(
                config.eventLoops(),
                new DefaultThreadFactory("mqtt", true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /** Listens. */
    public void start() throws IOException {
        for (EventExecutor executor : group) {
            EventLoop eventLoop = (EventLoop) executor;
            MqttLoop loop = new MqttLoop(eventLoop, intake);
            loops.put(eventLoop, loop);
            loop.start();
        }
        Class<? extends ServerChannel> type =
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, ACCEPT_QUEUE_MAX)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(8 << 10, 32 << 10))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        assemble(channel);
                    }
                });
        ChannelFuture bound = bootstrap.bind(address, config.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            Future<?> unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException(
                    "cannot listen for MQTT on " + config.bindAddress() + ":" + config.port(), bound.cause());
        }
        server = bound.channel();
        LOG.info("listening for MQTT on {}:{}", config.bindAddress(), port());
    }

    /** The port it listens on, also when the configuration left the choice. */
    public int port() {
        Channel channel = Objects.requireNonNull(server, "not started");
        return ((InetSocketAddress) channel.localAddress()).getPort();
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
        if (server != null) {
            server.close().awaitUninterruptibly();
        }
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
            loop.closeAll().awaitUninterruptibly(1, TimeUnit.SECONDS);
        }
        group.shutdownGracefully(20, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        LOG.info("MQTT endpoint stopped");
    }

    @Override
    public void close() {
        stop(CLOSE_BUDGET);
    }

    /** A channel's handlers, in the order in which bytes meet them. */
    private void assemble(Channel channel) {
        if (!clients.admit()) {
            intake.metrics().add(IngestMetric.CONNECTIONS_REFUSED, 1);
            ChannelFuture unused = channel.close();
            return;
        }
        MqttLoop loop = Objects.requireNonNull(loops.get(channel.eventLoop()));
        MqttSession session = new MqttSession(config, intake, loop, clients, channel);
        channel.pipeline()
                // Bytes to packets: checks UTF-8, flags and length; one bad packet and it decodes nothing more.
                .addLast(new MqttDecoder(config.packetBytesMax(), CLIENT_ID_CHARS_MAX))
                // Packets to bytes; acknowledgements are bytes already and pass through.
                .addLast(MqttEncoder.INSTANCE)
                // After the decoder, which makes many packets of one read: none may pass while there is no room.
                .addLast(session.gate())
                // The protocol.
                .addLast(session);
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

    private static InetAddress address(MqttConfig config) {
        InetAddress address;
        try {
            address = InetAddress.getByName(config.bindAddress());
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("bindAddress " + config.bindAddress() + " is unknown", e);
        }
        if (!address.isLoopbackAddress() && !config.allowAnonymous()) {
            throw new IllegalArgumentException("bindAddress " + config.bindAddress()
                    + " is reachable from other machines, and devices have no credentials: bind to 127.0.0.1 or set"
                    + " allowAnonymous");
        }
        return address;
    }
}
