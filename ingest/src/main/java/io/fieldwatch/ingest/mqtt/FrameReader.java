package io.fieldwatch.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * From bytes to whole packets: finds each packet's end and hands it to the {@link MqttSession} in place, without a copy.
 * The first byte and the remaining length are checked as soon as they are there, long before the rest is; memory grows
 * with what has come, not with what a length promises. A connection that says nothing keeps no buffer.
 *
 * <p>While the event loop is paused, or while the client does not read its answers, no packet passes and the socket is not
 * read: TCP slows the client down. What was read already is kept; that is bounded by one round of reading.
 */
final class FrameReader extends ChannelInboundHandlerAdapter {

    private static final int LENGTH_SHIFT_MAX = 21;
    private static final int KEPT_BYTES_MIN = 64;

    private final MqttLoop loop;
    private final MqttSession session;
    private final Channel channel;
    private @Nullable ByteBuf kept;
    private long partialSinceNanos;
    private boolean isPartial;
    private boolean isHeld;

    FrameReader(MqttLoop loop, MqttSession session, Channel channel) {
        this.loop = loop;
        this.session = session;
        this.channel = channel;
    }

    /** How long the first bytes of a packet have been waiting for its rest, or 0 when none do. */
    long partialNanos(long nowNanos) {
        return isPartial ? nowNanos - partialSinceNanos : 0;
    }

    /** Whether it keeps bytes back that are not the beginning of an unfinished packet. */
    boolean isHeld() {
        return isHeld;
    }

    /** Looks anew whether the connection may go on, and lets through what was kept. */
    void update() {
        if (!isHeld || mustHold()) {
            return;
        }
        isHeld = false;
        loop.unhold(this);
        session.heard();
        partialSinceNanos = loop.nowNanos();
        ByteBuf bytes = kept;
        kept = null;
        if (bytes != null) {
            consume(bytes);
            session.readComplete();
        }
        if (!isHeld) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        loop.arrived();
        ByteBuf before = kept;
        if (before != null) {
            kept = null;
            bytes = join(ctx, before, bytes);
        }
        consume(bytes);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        session.readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (mustHold()) {
            hold();
        } else if (isHeld) {
            // Not now: Netty calls this in the middle of a flush, where what is answered and then closed would be lost.
            loop.execute(this::update);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        session.gone();
        ctx.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        session.event(event);
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        session.broken(cause);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf bytes = kept;
        kept = null;
        if (bytes != null) {
            bytes.release();
        }
        loop.unhold(this);
        session.gone();
    }

    /** Takes what it can and keeps the rest. The buffer is this method's. */
    private void consume(ByteBuf bytes) {
        try {
            boolean more = true;
            while (more && bytes.isReadable() && !session.isClosing()) {
                if (mustHold()) {
                    hold();
                    more = false;
                } else {
                    more = frame(bytes);
                }
            }
        } catch (Violation violation) {
            session.violated(violation.ending());
        } finally {
            keep(bytes);
        }
    }

    /** Hands the next packet over; false when it is not whole yet. */
    private boolean frame(ByteBuf bytes) {
        int from = bytes.readerIndex();
        int end = bytes.writerIndex();
        int first = bytes.getUnsignedByte(from);
        if (!isPartial) {
            session.checkFirst(first);
        }
        int at = from + 1;
        int length = 0;
        int digit;
        int shift = 0;
        do {
            if (at == end) {
                return partial();
            }
            digit = bytes.getByte(at++);
            length |= (digit & 0x7F) << shift;
            if (digit < 0 ? shift == LENGTH_SHIFT_MAX : digit == 0 && shift > 0) {
                throw Ending.MALFORMED_PACKET.violation; // five bytes, or more than needed (1.5.5-1)
            }
            shift += 7;
        } while (digit < 0);
        if (at - from + length > session.packetBytesMax()) {
            throw Ending.PACKET_TOO_LARGE.violation;
        }
        if (end - at < length) {
            return partial();
        }
        isPartial = false;
        session.packet(first, bytes, at, at + length);
        bytes.readerIndex(at + length);
        return true;
    }

    private boolean partial() {
        if (!isPartial) {
            isPartial = true;
            partialSinceNanos = loop.nowNanos();
        }
        return false;
    }

    /** Copies a small rest out of a large buffer, so that waiting connections do not hold the readers' buffers. */
    private void keep(ByteBuf bytes) {
        int left = bytes.readableBytes();
        if (left == 0 || session.isClosing()) {
            bytes.release();
        } else if (left < bytes.capacity() / 4) {
            kept = channel.alloc().buffer(Math.max(KEPT_BYTES_MIN, left)).writeBytes(bytes);
            bytes.release();
        } else {
            kept = bytes;
        }
    }

    private static ByteBuf join(ChannelHandlerContext ctx, ByteBuf before, ByteBuf bytes) {
        int size = before.readableBytes() + bytes.readableBytes();
        try {
            if (before.writableBytes() >= bytes.readableBytes()) {
                return before.writeBytes(bytes);
            }
            // Twice the size, or a packet that comes byte by byte would be copied as often.
            ByteBuf joined = ctx.alloc().buffer(size * 2).writeBytes(before).writeBytes(bytes);
            before.release();
            return joined;
        } finally {
            bytes.release();
        }
    }

    private boolean mustHold() {
        return loop.paused() || !channel.isWritable();
    }

    private void hold() {
        if (isHeld) {
            return;
        }
        isHeld = true;
        channel.config().setAutoRead(false);
        loop.hold(this);
        session.heard();
    }
}
