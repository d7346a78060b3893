package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.bench.Samples;
import io.fieldwatch.ingest.IngestConfig;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.access.Gatekeeper;
import io.fieldwatch.ingest.access.RateLimits;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.ForgetfulLog;
import io.fieldwatch.telemetry.access.AccessSource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * QoS 1 PUBLISH packets with five properties each, as one read brings them: from the packet's bytes through the protocol
 * into the block, and the PUBACK back to bytes once a log that forces nothing says that it is durable. Per message.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PublishBenchmark {

    private static final int MESSAGES = 64;

    private EmbeddedChannel channel = new EmbeddedChannel();
    private ByteBuf packets = PooledByteBufAllocator.DEFAULT.directBuffer();
    private int packetsBytes;

    @Setup
    public void connect() {
        Intake intake = Intake.into(new ForgetfulLog(), Catalogue.builtIn(), IngestConfig.standard(), Clock.system());
        MqttConfig config = MqttConfig.at("127.0.0.1", 0);
        Door door = new Door(config, 1, intake, new Gatekeeper(AccessSource.NOBODY, RateLimits.NONE, Clock.system()));
        channel = new EmbeddedChannel();
        channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
        MqttLoop loop = new MqttLoop(channel.eventLoop(), intake);
        MqttSession session = new MqttSession(door, loop, channel, new Peer(InetAddress.getLoopbackAddress(), true));
        channel.pipeline().addLast(session.reader());
        byte[] connect = {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 1, 'b'};
        channel.writeInbound(PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(connect));
        drain(1);
        byte[] topic = Samples.TOPIC.getBytes(StandardCharsets.UTF_8);
        int length = 2 + topic.length + 2 + Samples.PAYLOAD.length;
        packets = PooledByteBufAllocator.DEFAULT.directBuffer();
        for (int id = 1; id <= MESSAGES; id++) {
            packets.writeByte(0x32).writeByte(length | 0x80).writeByte(length >> 7);
            packets.writeShort(topic.length).writeBytes(topic).writeShort(id).writeBytes(Samples.PAYLOAD);
        }
        packetsBytes = packets.readableBytes();
    }

    /** Answers the bytes of the PUBACKs. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int packetToBlock() {
        packets.setIndex(0, packetsBytes).retain();
        channel.pipeline().fireChannelRead(packets);
        channel.pipeline().fireChannelReadComplete();
        channel.runPendingTasks();
        return drain(MESSAGES);
    }

    private int drain(int answers) {
        int bytes = 0;
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            bytes += out.readableBytes();
            out.release();
        }
        if (bytes != 4 * answers) {
            throw new IllegalStateException(bytes + " bytes of answers, not " + 4 * answers);
        }
        return bytes;
    }
}
