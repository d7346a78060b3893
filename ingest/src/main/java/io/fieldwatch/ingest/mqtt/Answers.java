package io.fieldwatch.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import org.jspecify.annotations.Nullable;

/** What one connection is sent. Acknowledgements, four bytes each, gather in one buffer until {@link #flush}. */
final class Answers {

    static final int PUBACK = 0x40;
    static final int PUBREC = 0x50;
    static final int PUBCOMP = 0x70;

    private final Channel channel;
    private @Nullable ByteBuf gathered;
    private boolean written;

    Answers(Channel channel) {
        this.channel = channel;
    }

    /** An acknowledgement with reason 0, which MQTT 5 writes like 3.1.1: without a reason. */
    void acknowledge(int type, int packetId) {
        ByteBuf buffer = gathered;
        if (buffer == null) {
            buffer = channel.alloc().buffer(64);
            gathered = buffer;
        }
        buffer.writeByte(type).writeByte(2).writeShort(packetId);
    }

    /** Any other packet, to go out with the next {@link #flush}. */
    void write(Object packet) {
        written = true;
        ChannelFuture unused = channel.write(packet);
    }

    void flush() {
        ByteBuf buffer = gathered;
        if (buffer != null) {
            gathered = null;
            write(buffer);
        }
        if (written) {
            written = false;
            channel.flush();
        }
    }

    void closeAfter(Object packet) {
        ChannelFuture unused = channel.writeAndFlush(packet).addListener(ChannelFutureListener.CLOSE);
    }

    void close() {
        ChannelFuture unused = channel.close();
    }

    /** The connection is gone. */
    void release() {
        ByteBuf buffer = gathered;
        if (buffer != null) {
            gathered = null;
            buffer.release();
        }
    }
}
