package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.BlockConfig;
import io.fieldwatch.ingest.IngestConfig;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.Records;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.FakeClock;
import io.fieldwatch.telemetry.MemoryLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * One connection through the endpoint's own handlers, without sockets, threads or passing time, and what came of it. The
 * same bytes give the same outcome, so that two runs can be compared. Every buffer comes from an allocator of its own,
 * which must have all of them back in the end.
 */
final class PacketRun {

    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
    private static final Catalogue CATALOGUE = Catalogue.builtIn();
    private static final BlockConfig BLOCKS = new BlockConfig(2, 192 * 1024, 3, Duration.ofSeconds(30));
    private static final MqttConfig CONFIG = Engine.config(50, 4096, Duration.ofSeconds(10));
    private static final int SETTLE_ROUNDS_MAX = 100;
    /** Ids that the endpoint makes for who has none: no two are equal. */
    private static final Pattern MADE_ID = Pattern.compile("auto-[0-9a-f-]{36}");

    private static final Pattern MADE_ID_SENT = Pattern.compile("00296175746f2d[0-9a-f]{72}");
    private static final String NO_ID_SENT = "0029" + "00".repeat(41);

    private final MemoryLog log = new MemoryLog();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final StringBuilder sent = new StringBuilder();
    private final Door door;
    private final MqttLoop loop;

    /**
     * What can be seen of a connection from outside.
     *
     * @param sent what the client was sent, in hexadecimal
     * @param records what is in the log, a line each, in order
     * @param endings why it ended, with how often that was counted
     */
    record Outcome(String sent, List<String> records, Map<Ending, Long> endings) {}

    PacketRun() {
        IngestConfig standard = IngestConfig.standard();
        IngestConfig ingest = new IngestConfig(
                BLOCKS, standard.maxFuture(), standard.clockErrorMax(), standard.maxAge(), standard.devicesMax());
        Intake intake = Intake.into(log, CATALOGUE, ingest, new FakeClock(NOW));
        door = new Door(CONFIG, CONFIG.connectionsMax(), intake, Engine.gatekeeper());
        channel.freezeTime();
        channel.config().setAllocator(allocator);
        loop = new MqttLoop(channel.eventLoop(), intake);
        if (!door.enter()) {
            throw new IllegalStateException("the first connection is one too many");
        }
        MqttSession session = new MqttSession(door, loop, channel, new Peer(InetAddress.getLoopbackAddress(), true));
        channel.pipeline().addLast(session.reader());
    }

    /** From now on nothing becomes durable until the end, so that no answer depends on how fast the log is. */
    PacketRun hold() {
        log.hold();
        return this;
    }

    /** Hands over bytes as one round of reading brings them; a closed connection gets none. */
    void receive(byte[] bytes, int from, int to) {
        if (channel.isOpen()) {
            channel.writeInbound(allocator.buffer(to - from).writeBytes(bytes, from, to - from));
        }
        collect();
    }

    /** What the client has been sent since the last call, as bytes; not in the outcome any more. */
    byte[] take() {
        byte[] bytes = ByteBufUtil.decodeHexDump(sent);
        sent.setLength(0);
        return bytes;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    Records records() throws IOException, InterruptedException {
        return Records.of(log.read("fuzz", 0));
    }

    /** Lets everything become durable, ends the connection and looks what is left. */
    Outcome end() throws IOException, InterruptedException {
        loop.readComplete();
        log.releaseHeld();
        settle();
        collect();
        channel.close().syncUninterruptibly();
        loop.drain();
        settle();
        collect();
        channel.finishAndReleaseAll();
        channel.checkException();
        long heap = allocator.metric().usedHeapMemory();
        long direct = allocator.metric().usedDirectMemory();
        if (heap != 0 || direct != 0) {
            throw new IllegalStateException(heap + " bytes of heap and " + direct + " of direct memory leak");
        }
        return new Outcome(MADE_ID_SENT.matcher(sent).replaceAll(NO_ID_SENT), lines(), endings());
    }

    /** Time passes until nothing changes by it: blocks come back, who was held goes on. */
    private void settle() {
        for (int i = 0; i < SETTLE_ROUNDS_MAX; i++) {
            channel.runPendingTasks();
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            if (channel.runScheduledPendingTasks() < 0 && !channel.hasPendingTasks()) {
                return;
            }
        }
        throw new IllegalStateException("the event loop does not come to rest");
    }

    private void collect() {
        for (ByteBuf packet = channel.readOutbound(); packet != null; packet = channel.readOutbound()) {
            sent.append(ByteBufUtil.hexDump(packet));
            packet.release();
        }
    }

    private Map<Ending, Long> endings() {
        Map<Ending, Long> endings = new TreeMap<>();
        for (Ending ending : door.endings().metrics()) {
            long count = door.endings().get(ending);
            if (count > 0) {
                endings.put(ending, count);
            }
        }
        return endings;
    }

    private List<String> lines() throws IOException, InterruptedException {
        Records records = records();
        List<String> lines = new ArrayList<>();
        records.definitions.forEach(each -> lines.add(each.toString()));
        records.observations.forEach(each -> lines.add(each.toString()));
        records.offline.forEach(each -> lines.add(each.toString()));
        records.rejected.forEach(each -> lines.add(each.reason() + " " + each.source() + " " + each.topic() + " "
                + each.detail() + " " + ByteBufUtil.hexDump(each.payload())));
        lines.replaceAll(line -> MADE_ID.matcher(line).replaceAll("made"));
        return lines;
    }
}
