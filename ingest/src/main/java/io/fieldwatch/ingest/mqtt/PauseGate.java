package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.IngestMetric;
import io.fieldwatch.telemetry.MetricSet;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Stops a connection while its event loop is paused or its client does not read its acknowledgements: it turns reading
 * off and keeps back what the decoder makes of bytes that were already read. Netty's own FlowControlHandler lets one
 * message pass after reading was turned off, when a read was already under way; here none may pass.
 *
 * <p>What is kept is bounded by what one round of reading brings.
 */
final class PauseGate extends ChannelInboundHandlerAdapter {

    private final MqttLoop loop;
    private final Channel channel;
    private final MetricSet<IngestMetric> metrics;
    private final Deque<Object> kept = new ArrayDeque<>(0);
    private @Nullable ChannelHandlerContext context;

    PauseGate(MqttLoop loop, Channel channel, MetricSet<IngestMetric> metrics) {
        this.loop = loop;
        this.channel = channel;
        this.metrics = metrics;
    }

    /** Looks anew whether the connection may go on, and lets through what was kept. */
    void update() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        boolean passed = false;
        while (!kept.isEmpty() && !closed()) {
            passed = true;
            ctx.fireChannelRead(kept.remove());
        }
        if (passed) {
            ctx.fireChannelReadComplete();
        }
        channel.config().setAutoRead(!closed());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        update();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closed() || !kept.isEmpty()) {
            kept.add(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        update();
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        context = null;
        metrics.add(IngestMetric.MESSAGES_DROPPED, kept.size());
        kept.forEach(ReferenceCountUtil::release);
        kept.clear();
    }

    private boolean closed() {
        return loop.paused() || !channel.isWritable();
    }
}
