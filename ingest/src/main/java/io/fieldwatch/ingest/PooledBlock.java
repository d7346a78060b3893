package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.ObservationLog;
import io.fieldwatch.telemetry.RejectReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A block with the acknowledgements it owes, used again and again. Everything but the {@link ObservationLog.Outcome}
 * methods happens on the builder's thread; those only pass the word to it.
 */
final class PooledBlock implements ObservationLog.Outcome {

    private static final Logger LOG = LoggerFactory.getLogger(PooledBlock.class);

    private final Executor loop;
    private final BiConsumer<PooledBlock, @Nullable IOException> done;
    private final Runnable durable;

    final ByteBuffer buffer;
    long openedNanos;
    int messages;
    long payloadBytes;
    int accepted;
    int quarantined;
    int described;
    int offline;

    private @Nullable AckTarget[] targets = new AckTarget[64];
    private int[] tokens = new int[64];
    private @Nullable RejectReason[] refusals = new RejectReason[64];
    private int owed;

    /**
     * @param done told on {@code loop} what became of the block; the failure is null when it is durable
     */
    PooledBlock(int bytesMax, Executor loop, BiConsumer<PooledBlock, @Nullable IOException> done) {
        this.buffer = ByteBuffer.allocateDirect(bytesMax);
        this.loop = loop;
        this.done = done;
        this.durable = () -> done.accept(this, null);
    }

    void reset(long nanos) {
        openedNanos = nanos;
        messages = 0;
        payloadBytes = 0;
        accepted = 0;
        quarantined = 0;
        described = 0;
        offline = 0;
        forgetAcks();
    }

    void owe(AckTarget target, int token, @Nullable RejectReason refusal) {
        if (owed == tokens.length) {
            refusals = Arrays.copyOf(refusals, owed * 2);
            targets = Arrays.copyOf(targets, owed * 2);
            tokens = Arrays.copyOf(tokens, owed * 2);
        }
        targets[owed] = target;
        tokens[owed] = token;
        refusals[owed] = refusal;
        owed++;
    }

    int owed() {
        return owed;
    }

    /** Pays every acknowledgement; each target sends once however many it gets. */
    void acknowledge() {
        for (int i = 0; i < owed; i++) {
            target(i).acknowledge(tokens[i], refusals[i]);
        }
        for (int i = 0; i < owed; i++) {
            target(i).flushAcks();
        }
        forgetAcks();
    }

    void abandon() {
        for (int i = 0; i < owed; i++) {
            target(i).abandon();
        }
        forgetAcks();
    }

    @Override
    public void onDurable(long position) {
        pass(durable);
    }

    @Override
    public void onFailed(IOException cause) {
        pass(() -> done.accept(this, cause));
    }

    private void pass(Runnable word) {
        try {
            loop.execute(word);
        } catch (RejectedExecutionException e) {
            LOG.debug("a block's outcome came after its event loop had ended; nobody waits for it", e);
        }
    }

    private AckTarget target(int i) {
        AckTarget target = targets[i];
        if (target == null) {
            throw new IllegalStateException("acknowledgement " + i + " of " + owed + " has no target");
        }
        return target;
    }

    private void forgetAcks() {
        Arrays.fill(targets, 0, owed, null);
        owed = 0;
    }
}
