package io.fieldwatch.simulator.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One device or gateway: its connection when it has one, and which of its messages are due, sent and acknowledged. A
 * message is its number; its bytes are made when it leaves, and made again, equal, when it has to leave again. Belongs to
 * one event loop.
 */
@Sharable // in one pipeline after the other
final class LoadConnection extends ChannelInboundHandlerAdapter {

    private static final int CONNACK = 0x20;
    private static final int PUBACK = 0x40;
    private static final int DISCONNECT = 0xE0;
    private static final long BACKOFF_MILLIS_MIN = 200;
    private static final long BACKOFF_MILLIS_MAX = 5_000;

    private final LoadLoop loop;
    private final int number;
    private final LoadPackets packets;
    private @Nullable Channel channel;
    private @Nullable ByteBuf partial;
    private @Nullable ByteBuf out;
    private boolean accepted;
    private boolean connecting;
    private long connectBegunNanos;
    private long backoffMillis = BACKOFF_MILLIS_MIN;

    private long due;
    private long sent;
    private int inFlight;
    private int limit;
    /** Bit n: the message in slot n, that is the latest whose number is n modulo the window, is under way. */
    private long @Nullable [] underWay;
    /** When the message in a slot left; only kept when no schedule says when it was due. */
    private long @Nullable [] leftNanos;
    /** The ledger's number of the message in a slot. */
    private long @Nullable [] ledgerNumbers;

    LoadConnection(LoadLoop loop, int number, LoadPackets packets) {
        this.loop = loop;
        this.number = number;
        this.packets = packets;
        this.limit = loop.config().window();
    }

    int number() {
        return number;
    }

    boolean isDone() {
        return inFlight == 0 && (!loop.isOpenLoop() || sent == due);
    }

    // ---- connecting

    void connect() {
        if (connecting || channel != null) {
            return;
        }
        connecting = true;
        connectBegunNanos = System.nanoTime();
        ChannelFuture unused = loop.open(this, number).addListener((ChannelFuture opened) -> {
            connecting = false;
            if (!opened.isSuccess()) {
                again();
            }
        });
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        if (!loop.config().target().tls()) {
            sayHello(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
            sayHello(ctx);
        }
    }

    private void sayHello(ChannelHandlerContext ctx) {
        ChannelFuture unused = ctx.writeAndFlush(packets.connect(ctx.alloc()));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (channel == null) {
            return;
        }
        channel = null;
        if (accepted) {
            accepted = false;
            loop.lost();
        }
        release();
        again();
    }

    /** Waits longer from time to time, and never as long as its neighbour, or all would come back at once. */
    private void again() {
        long wait = backoffMillis / 2 + loop.random(backoffMillis);
        backoffMillis = Math.min(BACKOFF_MILLIS_MAX, backoffMillis * 2);
        loop.connectLater(this, wait);
    }

    /** Says goodbye and is not seen again. */
    void leave() {
        Channel open = channel;
        channel = null;
        accepted = false;
        release();
        if (open != null) {
            ChannelFuture unused =
                    open.writeAndFlush(packets.disconnect(open.alloc())).addListener(ChannelFutureListener.CLOSE);
        }
    }

    void ping() {
        Channel open = channel;
        if (open != null && accepted) {
            ChannelFuture unused = open.writeAndFlush(packets.ping(open.alloc()));
        }
    }

    // ---- publishing

    /** One more message is to be sent, now or when there is room. */
    void addDue() {
        due++;
        send();
    }

    /** Sends what is due and has room; the bytes leave with {@link #flush}. */
    void send() {
        Channel open = channel;
        if (open == null || !accepted || loop.config().idle()) {
            return;
        }
        boolean closedLoop = !loop.isOpenLoop();
        while (inFlight < limit && (closedLoop ? loop.mayPublish() : sent < due) && open.isWritable()) {
            if (loop.config().qos() == 1 && isUnderWay(sent)) {
                break; // its slot is taken by a message of long ago
            }
            publish(open, sent, true);
            sent++;
        }
    }

    void flush() {
        Channel open = channel;
        ByteBuf bytes = out;
        if (bytes == null) {
            return;
        }
        out = null;
        if (open == null) {
            bytes.release();
            return;
        }
        loop.figures().bytesSent += bytes.readableBytes();
        ChannelFuture unused = open.writeAndFlush(bytes, open.voidPromise());
    }

    private void publish(Channel open, long message, boolean isNew) {
        int slot = slot(message);
        try {
            if (isNew) {
                loop.figures().published += loop.config().batch();
                if (loop.ledger() != null) {
                    ledgerNumbers()[slot] = packets.invoke(loop.ledger(), message);
                }
            } else {
                loop.figures().resent++;
            }
        } catch (IOException e) {
            loop.fail(e);
            return;
        }
        ByteBuf bytes = out;
        if (bytes == null) {
            bytes = open.alloc().buffer(packets.bytesMax());
            out = bytes;
            loop.touched(this);
        }
        packets.publish(bytes, message, slot + 1);
        if (loop.config().qos() == 1) {
            if (isNew) {
                inFlight++;
                underWay()[slot >> 6] |= 1L << slot;
                if (!loop.isOpenLoop()) {
                    leftNanos()[slot] = System.nanoTime();
                }
            }
        } else {
            loop.acknowledged(loop.isOpenLoop() ? loop.dueNanos(number, message) : System.nanoTime());
        }
    }

    private void sendAgain() {
        Channel open = channel;
        if (open == null || inFlight == 0) {
            return;
        }
        int again = 0;
        for (long message = Math.max(0, sent - loop.config().window()); message < sent && again < limit; message++) {
            if (isUnderWay(message)) {
                publish(open, message, false);
                again++;
            }
        }
    }

    // ---- what the server says

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = partial;
        if (before != null) {
            partial = null;
            ByteBuf joined = ctx.alloc().buffer(before.readableBytes() + in.readableBytes());
            joined.writeBytes(before).writeBytes(in);
            before.release();
            in.release();
            in = joined;
        }
        try {
            while (packet(ctx, in)) {
                // the next one
            }
            if (in.isReadable() && channel != null) {
                partial = ctx.alloc().buffer(in.readableBytes()).writeBytes(in);
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        send();
        loop.flushTouched();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            send();
            loop.flushTouched();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ChannelFuture unused = ctx.close();
    }

    /** Reads a packet if it is whole. Those a server sends to who only publishes have one byte of length. */
    private boolean packet(ChannelHandlerContext ctx, ByteBuf in) {
        int at = in.readerIndex();
        if (in.readableBytes() < 2) {
            return false;
        }
        int length = in.getUnsignedByte(at + 1);
        if (length > 127) {
            ChannelFuture unused = ctx.close();
            return false;
        }
        if (in.readableBytes() < 2 + length) {
            return false;
        }
        switch (in.getUnsignedByte(at) & 0xF0) {
            case CONNACK -> connAck(ctx, in.getUnsignedByte(at + 3), in, at + 4, at + 2 + length);
            case PUBACK -> acknowledged(in.getUnsignedShort(at + 2), length > 2 ? in.getUnsignedByte(at + 4) : 0);
            case DISCONNECT -> loop.told(length > 0 ? in.getUnsignedByte(at + 2) : 0);
            default -> {} // PINGRESP
        }
        in.readerIndex(at + 2 + length);
        return true;
    }

    private void connAck(ChannelHandlerContext ctx, int code, ByteBuf in, int from, int to) {
        if (code != 0) {
            loop.told(code);
            ChannelFuture unused = ctx.close();
            return;
        }
        limit = Math.min(loop.config().window(), packets.receiveMaximum(in, from, to));
        accepted = true;
        backoffMillis = BACKOFF_MILLIS_MIN;
        loop.accepted(System.nanoTime() - connectBegunNanos);
        sendAgain();
    }

    private void acknowledged(int packetId, int reason) {
        int slot = packetId - 1;
        long @Nullable [] bits = underWay;
        if (bits == null || slot >= loop.config().window() || (bits[slot >> 6] & 1L << slot) == 0) {
            return; // of a message sent twice
        }
        bits[slot >> 6] &= ~(1L << slot);
        inFlight--;
        if (reason >= 0x80) {
            loop.refused(reason);
            return;
        }
        long window = loop.config().window();
        long message = sent - 1 - Math.floorMod(sent - 1 - slot, window);
        long @Nullable [] numbers = ledgerNumbers;
        if (numbers != null) {
            loop.recordAcknowledged(numbers[slot]);
        }
        long @Nullable [] left = leftNanos;
        loop.acknowledged(left == null ? loop.dueNanos(number, message) : left[slot]);
    }

    private int slot(long message) {
        return (int) (message % loop.config().window());
    }

    private boolean isUnderWay(long message) {
        int slot = slot(message);
        long @Nullable [] bits = underWay;
        return bits != null && (bits[slot >> 6] & 1L << slot) != 0;
    }

    private long[] underWay() {
        long @Nullable [] bits = underWay;
        if (bits == null) {
            bits = new long[(loop.config().window() + 63) >> 6];
            underWay = bits;
        }
        return bits;
    }

    private long[] leftNanos() {
        long @Nullable [] left = leftNanos;
        if (left == null) {
            left = new long[loop.config().window()];
            leftNanos = left;
        }
        return left;
    }

    private long[] ledgerNumbers() {
        long @Nullable [] numbers = ledgerNumbers;
        if (numbers == null) {
            numbers = new long[loop.config().window()];
            ledgerNumbers = numbers;
        }
        return numbers;
    }

    private void release() {
        if (partial != null) {
            partial.release();
            partial = null;
        }
        if (out != null) {
            out.release();
            out = null;
        }
    }
}
