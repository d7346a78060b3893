package io.fieldwatch.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import org.jspecify.annotations.Nullable;

/** What one connection is sent. Acknowledgements, four bytes each, gather in one buffer until {@link #flush}. */
final class Answers {

    static final int PUBACK = 0x40;
    static final int PUBREC = 0x50;
    static final int PUBREL = 0x62;
    static final int PUBCOMP = 0x70;

    private static final int GATHERED_BYTES = 64;

    private final Channel channel;
    private @Nullable ByteBuf gathered;
    private boolean written;

    Answers(Channel channel) {
        this.channel = channel;
    }

    /** For the packets to be written. */
    ByteBufAllocator allocator() {
        return channel.alloc();
    }

    /** An acknowledgement with reason 0, which MQTT 5 writes like 3.1.1: without a reason. */
    void acknowledge(int type, int packetId) {
        gathered().writeInt(type << 24 | 2 << 16 | packetId);
    }

    /** An acknowledgement of MQTT 5 with a reason. */
    void acknowledge(int type, int packetId, int reason) {
        gathered().writeInt(type << 24 | 3 << 16 | packetId).writeByte(reason);
    }

    /** Any other packet, to go out with the next {@link #flush}, behind what was gathered before it. */
    void write(ByteBuf packet) {
        writeGathered();
        written = true;
        ChannelFuture unused = channel.write(packet);
    }

    void flush() {
        writeGathered();
        if (written) {
            written = false;
            channel.flush();
        }
    }

    void closeAfter(ByteBuf packet) {
        writeGathered();
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

    private ByteBuf gathered() {
        ByteBuf buffer = gathered;
        if (buffer == null) {
            buffer = channel.alloc().buffer(GATHERED_BYTES);
            gathered = buffer;
        }
        return buffer;
    }

    private void writeGathered() {
        ByteBuf buffer = gathered;
        if (buffer != null) {
            gathered = null;
            written = true;
            ChannelFuture unused = channel.write(buffer);
        }
    }
}
