package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers messages into blocks, hands sealed blocks to the log, and pays the acknowledgements a block owes once it is
 * durable. A block is sealed after {@code lingerMillis}, when the next payload does not fit, or as soon as a round of
 * reading is over and the log has nothing of this builder to write.
 *
 * <p>It has a fixed number of blocks. While {@link #hasRoom()} is true, one message of any size can be handed in; when it
 * turns false, its owner stops reading and asks again later. A block that the log does not take waits and is offered
 * again, in order. What the log neither forces nor refuses within {@code ackWithin} is abandoned, so that its senders
 * reconnect and send again: MQTT lets them do so only then.
 *
 * <p>All methods belong to the event loop given.
 */
public final class BlockBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(BlockBuilder.class);
    private static final int RETRY_MILLIS = 20;

    private final EventExecutor loop;
    private final Runnable blockBack;
    private final ObservationLog log;
    private final Clock clock;
    private final MetricSet<IngestMetric> metrics;
    private final BlockConfig config;
    private final int catalogueVersion;
    private final ObservationDecoder decoder;
    private final BlockWriter writer = new BlockWriter();

    private final List<PooledBlock> all = new ArrayList<>();
    private final Deque<PooledBlock> free = new ArrayDeque<>();
    private final Deque<PooledBlock> waiting = new ArrayDeque<>();
    private @Nullable PooledBlock open;
    private int inFlight;
    private boolean retrying;

    /**
     * @param blockBack called when a block that was in flight can be filled again: there may be room now
     */
    public BlockBuilder(Intake intake, EventExecutor loop, Runnable blockBack) {
        this.blockBack = blockBack;
        this.loop = loop;
        this.log = intake.log();
        this.clock = intake.clock();
        this.metrics = intake.metrics();
        this.config = intake.config().blocks();
        this.catalogueVersion = intake.catalogue().version();
        this.decoder = intake.newDecoder();
    }

    /** Whether a message may be handed in. */
    public boolean hasRoom() {
        return waiting.isEmpty() && hasSpare() && log.accepting();
    }

    /**
     * Takes a message in and acknowledges it when it is durable, accepted or quarantined.
     *
     * @param payload neither moved nor released
     * @param arrivalMicros when it came in, microseconds since 1970
     * @param target who is to be told, or null when nobody waits
     * @param token handed back to the target
     * @throws IllegalStateException when there was no room
     */
    public void take(
            TopicRoute route,
            String source,
            ByteBuf payload,
            long arrivalMicros,
            @Nullable AckTarget target,
            int token) {
        PooledBlock block = open == null ? openBlock(arrivalMicros) : open;
        if (!decoder.decode(route, source, payload, arrivalMicros, writer)) {
            seal();
            block = openBlock(arrivalMicros);
            if (!decoder.decode(route, source, payload, arrivalMicros, writer)) {
                throw new IllegalStateException(payload.readableBytes() + " bytes do not fit an empty block");
            }
        }
        block.messages++;
        block.payloadBytes += payload.readableBytes();
        block.accepted += decoder.accepted();
        block.quarantined += decoder.quarantined();
        block.described += decoder.described();
        if (target != null) {
            boolean isRefused = decoder.accepted() == 0 && decoder.described() == 0;
            block.owe(target, token, isRefused ? decoder.firstRefusal() : null);
        }
    }

    /**
     * Takes in that a device is gone.
     *
     * @param route of the device's topic
     * @param left what the device left to be said; neither moved nor released
     * @throws IllegalStateException when there was no room
     */
    public void takeOffline(TopicRoute route, String source, ByteBuf left, long arrivalMicros) {
        PooledBlock block = open == null ? openBlock(arrivalMicros) : open;
        if (!decoder.offline(route, source, left, arrivalMicros, writer)) {
            seal();
            block = openBlock(arrivalMicros);
            if (!decoder.offline(route, source, left, arrivalMicros, writer)) {
                throw new IllegalStateException(left.readableBytes() + " bytes do not fit an empty block");
            }
        }
        block.quarantined += decoder.quarantined();
        block.offline += 1 - decoder.quarantined();
    }

    /** A round of reading is over: with nothing in flight, waiting for more company would only cost time. */
    public void sealIfIdle() {
        if (open != null && inFlight == 0 && waiting.isEmpty()) {
            seal();
        }
    }

    /** Seals the open block, if there is one, and hands it to the log. */
    public void seal() {
        PooledBlock block = open;
        if (block == null) {
            return;
        }
        open = null;
        writer.seal();
        metrics.add(IngestMetric.BLOCKS_SEALED, 1);
        metrics.add(IngestMetric.MESSAGES_RECEIVED, block.messages);
        metrics.add(IngestMetric.PAYLOAD_BYTES_RECEIVED, block.payloadBytes);
        metrics.add(IngestMetric.OBSERVATIONS_RECEIVED, block.accepted + block.quarantined);
        waiting.add(block);
        offerWaiting();
    }

    /** Whether nothing is open, waiting or in flight. */
    public boolean isEmpty() {
        return open == null && waiting.isEmpty() && inFlight == 0;
    }

    /** Gives up the acknowledgements that the log has kept waiting too long. Call now and then. */
    public void abandonOverdue() {
        long now = clock.nanos();
        for (PooledBlock block : all) {
            if (block.owed() > 0 && now - block.openedNanos > config.ackWithin().toNanos()) {
                LOG.warn(
                        "{} messages were not durable within {}; their senders are disconnected to send them again",
                        block.owed(),
                        config.ackWithin());
                metrics.add(IngestMetric.ACKS_OVERDUE, block.owed());
                block.abandon();
            }
        }
    }

    private boolean hasSpare() {
        return !free.isEmpty() || all.size() < config.blocksMax();
    }

    private PooledBlock openBlock(long arrivalMicros) {
        PooledBlock block = free.poll();
        if (block == null) {
            if (!hasSpare()) {
                throw new IllegalStateException("all " + config.blocksMax() + " blocks are in use");
            }
            block = new PooledBlock(config.blockBytesMax(), loop, this::done);
            all.add(block);
        }
        block.reset(clock.nanos());
        writer.open(block.buffer, catalogueVersion, arrivalMicros / 1000);
        open = block;
        scheduleSeal(block, block.openedNanos);
        return block;
    }

    private void scheduleSeal(PooledBlock block, long openedNanos) {
        Runnable sealIfStillOpen = () -> {
            if (open == block && block.openedNanos == openedNanos) {
                seal();
            }
        };
        Future<?> unused = loop.schedule(sealIfStillOpen, config.lingerMillis(), TimeUnit.MILLISECONDS);
    }

    /** Offers sealed blocks in order; the first one that is refused is offered again a little later. */
    private void offerWaiting() {
        while (!waiting.isEmpty()) {
            PooledBlock block = waiting.element();
            inFlight++;
            if (!log.append(block.buffer, block)) {
                inFlight--;
                retryLater();
                return;
            }
            waiting.remove();
        }
    }

    private void retryLater() {
        if (retrying || loop.isShuttingDown()) {
            return;
        }
        retrying = true;
        Runnable retry = () -> {
            retrying = false;
            offerWaiting();
        };
        Future<?> unused = loop.schedule(retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void done(PooledBlock block, @Nullable IOException failure) {
        inFlight--;
        if (failure == null) {
            metrics.add(IngestMetric.OBSERVATIONS_ACCEPTED, block.accepted);
            metrics.add(IngestMetric.OBSERVATIONS_QUARANTINED, block.quarantined);
            metrics.add(IngestMetric.DEVICES_DESCRIBED, block.described);
            metrics.add(IngestMetric.DEVICES_OFFLINE, block.offline);
            metrics.add(IngestMetric.ACKS_SENT, block.owed());
            block.acknowledge();
        } else {
            LOG.error("the log failed; {} messages stay unacknowledged", block.messages, failure);
            metrics.add(IngestMetric.OBSERVATIONS_FAILED, block.accepted + block.quarantined);
            block.abandon();
        }
        free.add(block);
        blockBack.run();
    }
}
