package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.access.RateLimit;
import io.fieldwatch.telemetry.Clock;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * On a listening channel: lets so many connections in per second. The rest waits in the kernel's queue and is let in a
 * little later, so that a crowd that comes back at once does not take the processor from those who are in already.
 */
final class AcceptLimit extends ChannelInboundHandlerAdapter {

    private static final int PAUSE_MILLIS = 10;

    private final RateLimit rate;
    private final Clock clock;
    private boolean paused;

    AcceptLimit(RateLimit rate, Clock clock) {
        this.rate = rate;
        this.clock = clock;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        if (!rate.take(1, clock.nanos()) && !paused) {
            paused = true;
            ctx.channel().config().setAutoRead(false);
            Runnable goOn = () -> {
                paused = false;
                ctx.channel().config().setAutoRead(true);
            };
            Future<?> unused = ctx.executor().schedule(goOn, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
        ctx.fireChannelRead(accepted);
    }
}
