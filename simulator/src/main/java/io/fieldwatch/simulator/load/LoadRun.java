package io.fieldwatch.simulator.load;

import com.sun.management.UnixOperatingSystemMXBean;
import io.fieldwatch.simulator.ledger.Ledger;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many MQTT connections that publish on an open-loop schedule: what is due is due whether or not the other side keeps up, and
 * each acknowledgement is measured from then, so a stall counts for every message that it delays. Lost connections are made
 * anew, and what was not acknowledged is sent again, equal to the byte.
 *
 * <p>On loopback the connections come from 127.0.0.1, 127.0.0.2 and so on, because one address has too few ports. Used
 * once: start, then {@link #stop}. Thread-safe.
 */
public final class LoadRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LoadRun.class);
    private static final int CONNECTIONS_AN_ADDRESS = 25_000;
    private static final int FILES_KEPT_FREE = 200;
    private static final long LOOK_MILLIS = 20;
    private static final int CONNECT_MILLIS = 10_000;

    private final LoadConfig config;
    private final LoadPlan plan;
    private final InetAddress address;
    private final EventLoopGroup group;
    private final List<LoadLoop> loops = new ArrayList<>();
    private final List<Future<?>> timers = new ArrayList<>();
    private final AtomicInteger up = new AtomicInteger();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private final @Nullable Ledger ledger;
    private final @Nullable SslContext tls;
    private final long startNanos = System.nanoTime();
    private volatile long countFromNanos = Long.MAX_VALUE;
    private volatile long countToNanos = Long.MAX_VALUE;
    private volatile long publishNanos;
    private volatile long cpuNanos;
    private volatile long allUpMillis = -1;
    private volatile long lostNanos;
    private volatile long backMillis = -1;
    private boolean stopped;

    /**
     * Prepares everything.
     *
     * @throws IOException when credentials or ledger cannot be used, or this process may not open so many connections
     */
    public LoadRun(LoadConfig config) throws IOException {
        this.config = config;
        this.address = InetAddress.getByName(config.target().host());
        requireFiles(config.connections());
        LoadCredentials credentials = LoadCredentials.read(config.target().credentials(), config.connections());
        this.tls = config.target().tls() ? tls(config.target().authority()) : null;
        this.plan = new LoadPlan(config, System.currentTimeMillis() * 1000, System.nanoTime());
        this.ledger = config.ledger() == null ? null : Ledger.open(config.ledger());
        this.group = new MultiThreadIoEventLoopGroup(
                config.threads(),
                new DefaultThreadFactory("load", true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        Bootstrap bootstrap = bootstrap();
        for (EventExecutor executor : group) {
            loops.add(new LoadLoop((EventLoop) executor, plan, this, bootstrap, config.threads()));
        }
        Payloads[] payloads = new Payloads[loops.size()];
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] = new Payloads(config.seed());
        }
        for (int number = 0; number < config.connections(); number++) {
            int loop = number % loops.size();
            LoadPackets packets = new LoadPackets(plan, payloads[loop], number, credentials.of(number));
            loops.get(loop).add(new LoadConnection(loops.get(loop), number, packets));
        }
    }

    /** Begins to connect; returns at once. Publishing begins with {@link #publish}. */
    public void start() {
        loops.forEach(LoadLoop::start);
    }

    /** Waits until all are connected; false when that took longer. */
    public boolean awaitConnected(Duration within) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        while (up.get() < config.connections()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return true;
    }

    /** Lets the schedule begin: now is the time of the first message. */
    public void publish() {
        plan.begin(System.currentTimeMillis() * 1000, System.nanoTime());
        publishNanos = System.nanoTime();
        cpuNanos = cpuNanosNow();
        countFromNanos = publishNanos + config.warmUp().toNanos();
        loops.forEach(loop -> loop.publish(true));
    }

    public int connected() {
        return up.get();
    }

    /** The figures until now. */
    public LoadResult status() throws IOException {
        return result(System.nanoTime());
    }

    /**
     * Ends the schedule, waits for what is due to be acknowledged, disconnects.
     *
     * @param ackWithin how long to wait
     * @throws IOException when the ledger could not be written
     */
    public synchronized LoadResult stop(Duration ackWithin) throws IOException, InterruptedException {
        long ended = System.nanoTime();
        countToNanos = ended;
        loops.forEach(loop -> loop.publish(false));
        long deadline = ended + ackWithin.toNanos();
        while (!allDone() && System.nanoTime() - deadline < 0) {
            Thread.sleep(LOOK_MILLIS);
        }
        LoadResult result = result(ended);
        close();
        IOException broken = failure.get();
        if (broken != null) {
            throw broken;
        }
        return result;
    }

    @Override
    public synchronized void close() throws IOException {
        if (stopped) {
            return;
        }
        stopped = true;
        synchronized (timers) {
            timers.forEach(timer -> timer.cancel(false));
        }
        loops.forEach(loop -> loop.leave().awaitUninterruptibly(5, TimeUnit.SECONDS));
        group.shutdownGracefully(50, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        if (ledger != null) {
            ledger.close();
        }
    }

    @Nullable
    Ledger ledger() {
        return ledger;
    }

    void keep(Future<?>... some) {
        synchronized (timers) {
            timers.addAll(List.of(some));
        }
    }

    boolean isCounting(long nowNanos) {
        return nowNanos - countFromNanos >= 0 && nowNanos < countToNanos;
    }

    void up() {
        if (up.incrementAndGet() == config.connections()) {
            long now = System.nanoTime();
            if (allUpMillis < 0) {
                allUpMillis = TimeUnit.NANOSECONDS.toMillis(now - startNanos);
            } else {
                // The longest: a single connection that blinks later does not hide what a restart took.
                backMillis = Math.max(backMillis, TimeUnit.NANOSECONDS.toMillis(now - lostNanos));
            }
        }
    }

    void down() {
        if (up.getAndDecrement() == config.connections()) {
            lostNanos = System.nanoTime();
        }
    }

    void fail(IOException cause) {
        if (failure.compareAndSet(null, cause)) {
            LOG.error("the ledger cannot be written", cause);
        }
    }

    ChannelFuture open(Bootstrap bootstrap, LoadConnection connection, int number) {
        Bootstrap own = bootstrap.clone().handler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                if (tls != null) {
                    channel.pipeline()
                            .addLast(tls.newHandler(
                                    channel.alloc(),
                                    config.target().host(),
                                    config.target().port()));
                }
                channel.pipeline().addLast(connection);
            }
        });
        InetSocketAddress to = new InetSocketAddress(address, config.target().port());
        return address.isLoopbackAddress() && Epoll.isAvailable() ? own.connect(to, source(number)) : own.connect(to);
    }

    /** 127.0.0.1 for the first connections, 127.0.0.2 for the next. */
    private static InetSocketAddress source(int number) {
        int host = 1 + number / CONNECTIONS_AN_ADDRESS;
        try {
            byte[] bytes = {127, 0, (byte) (host >> 8), (byte) host};
            return new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    @SuppressWarnings("deprecation") // RCVBUF_ALLOCATOR: Netty 4.2 names no other way to say how much to read at once
    private static Bootstrap bootstrap() {
        Bootstrap bootstrap = new Bootstrap()
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.RCVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(64, 256, 16 << 10));
        return Epoll.isAvailable()
                ? bootstrap.channel(EpollSocketChannel.class).option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true)
                : bootstrap.channel(NioSocketChannel.class);
    }

    private static SslContext tls(@Nullable Path authority) throws IOException {
        SslContextBuilder builder = SslContextBuilder.forClient();
        if (authority == null) {
            return builder.trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm("")
                    .build();
        }
        return builder.trustManager(authority.toFile()).build();
    }

    private static void requireFiles(int connections) throws IOException {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long possible = system.getMaxFileDescriptorCount() - FILES_KEPT_FREE;
            if (connections > possible) {
                throw new IOException(connections + " connections are more than this process may open, which is "
                        + possible + "; raise ulimit -n");
            }
        }
    }

    private boolean allDone() throws IOException {
        boolean all = true;
        for (LoadLoop loop : loops) {
            all &= get(loop.done());
        }
        return all;
    }

    private LoadResult result(long nowNanos) throws IOException {
        LoadFigures sum = new LoadFigures();
        for (LoadLoop loop : loops) {
            sum.add(get(loop.snapshot()));
        }
        double seconds = Math.max(0, (Math.min(nowNanos, countToNanos) - countFromNanos) / 1e9);
        return new LoadResult(
                sum.published,
                sum.acked,
                sum.refused,
                sum.resent,
                seconds > 0 ? sum.counted / seconds : 0,
                LoadResult.millis(sum.latency, 50),
                LoadResult.millis(sum.latency, 90),
                LoadResult.millis(sum.latency, 99),
                LoadResult.millis(sum.latency, 99.9),
                LoadResult.millis(sum.latency, 100),
                up.get(),
                config.connections(),
                sum.connects,
                sum.lost,
                sum.lastReason,
                LoadResult.millis(sum.connecting, 99),
                allUpMillis,
                backMillis,
                sum.bytesSent,
                publishNanos == 0 ? 0 : (cpuNanosNow() - cpuNanos) / 1e9);
    }

    private static long cpuNanosNow() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    private static <T> T get(Future<T> future) throws IOException {
        try {
            return future.get(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("an event loop does not answer", e);
        }
    }
}
