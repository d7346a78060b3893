package io.fieldwatch.storage;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.RejectedInput;
import java.sql.SQLException;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of each record of a block: stored as new, stored if the database does not have it, left out as a
 * redelivery, or put into quarantine. Allocates nothing for an observation that is stored. One thread at a time.
 */
final class RecordSorter {

    private final DeviceRegistry registry;
    private final IdentityWindows windows;
    private final WindowOpener opener;
    private final TimeGuard guard;
    private long lateMicros = Long.MAX_VALUE;
    private final @Nullable Kind[] kinds;
    private final @Nullable CopyEncoder[] encoders;

    /** Opens the windows of devices that are met for the first time. */
    interface WindowOpener {
        void open(BitSet devices) throws SQLException;
    }

    RecordSorter(
            Catalogue catalogue,
            DeviceRegistry registry,
            IdentityWindows windows,
            WindowOpener opener,
            StorageConfig config) {
        this.registry = registry;
        this.windows = windows;
        this.opener = opener;
        guard = new TimeGuard(config);
        int highest = catalogue.kinds().stream().mapToInt(Kind::number).max().orElse(0);
        kinds = new Kind[highest + 1];
        encoders = new CopyEncoder[highest + 1];
        for (Kind kind : catalogue.kinds()) {
            kinds[kind.number()] = kind;
            encoders[kind.number()] = new CopyEncoder(kind, 0);
        }
    }

    /**
     * Says how old an observation is at its arrival when its chunk has been turned into columns: then it takes the lane of
     * the doubtful ones, which adds rows to such a chunk and rewrites nothing.
     *
     * @param micros the maximum when there is no columnstore
     */
    void setLate(long micros) {
        lateMicros = micros;
    }

    /**
     * Takes all of a block.
     *
     * @throws SQLException when the database could not be asked about a device
     * @throws IllegalStateException when the block has what this version cannot read; then storing stops here, because
     *     going on would lose something acknowledged
     */
    void sort(BlockReader block, Batch batch) throws SQLException {
        while (block.next()) {
            switch (block.type()) {
                case BlockFormat.OBSERVATION -> observation(block, batch);
                case BlockFormat.DEVICE -> registry.define(block.definition());
                case BlockFormat.REJECTED -> batch.addRejected(block.rejected());
                case BlockFormat.OFFLINE -> offline(block, batch);
                case BlockFormat.TICK -> {}
                default -> throw new IllegalStateException("a record of unknown type " + block.type());
            }
        }
    }

    /** Of a device that the registry cannot have, nothing can be kept. */
    private void offline(BlockReader block, Batch batch) {
        if (registry.find(block.device()) != null) {
            batch.addOffline(block.offline());
        }
    }

    private void observation(BlockReader block, Batch batch) throws SQLException {
        int number = block.kind();
        Kind kind = number < kinds.length ? kinds[number] : null;
        CopyEncoder encoder = number < encoders.length ? encoders[number] : null;
        if (kind == null || encoder == null) {
            refuse(block, null, batch, RejectReason.UNSTORABLE, "the catalogue has no kind with number " + number);
            return;
        }
        if (!encoder.storable(block)) {
            refuse(
                    block,
                    kind,
                    batch,
                    RejectReason.UNSTORABLE,
                    "the catalogue does not know one of its properties or codes");
            return;
        }
        RejectReason outOfTime = guard.refusal(block.timeMicros(), block.arrivalMillis());
        if (outOfTime != null) {
            refuse(block, kind, batch, outOfTime, outOfTime.meaning());
            return;
        }
        int verdict = windows.check(block.device(), block.timeMicros(), block.valuesHash());
        if (verdict == IdentityWindows.CLOSED) {
            opener.open(closedFromHere(block));
            verdict = windows.check(block.device(), block.timeMicros(), block.valuesHash());
        }
        switch (verdict) {
            case IdentityWindows.NEW -> {
                if (late(block)) {
                    batch.addDoubtful(kind, block);
                } else {
                    batch.addFresh(kind, block);
                }
            }
            case IdentityWindows.REPEATED -> batch.addDuplicate();
            case IdentityWindows.CLOSED ->
                refuse(
                        block,
                        kind,
                        batch,
                        RejectReason.UNSTORABLE,
                        "the log does not define device number " + block.device());
            default -> batch.addDoubtful(kind, block);
        }
    }

    private boolean late(BlockReader block) {
        return block.arrivalMillis() * 1_000 - block.timeMicros() > lateMicros;
    }

    /** All devices without a window in this block from here on, so that the database is asked once. */
    private BitSet closedFromHere(BlockReader block) {
        int here = block.offset();
        BitSet closed = new BitSet();
        do {
            if (block.type() == BlockFormat.DEVICE) {
                registry.define(block.definition());
            } else if (block.type() == BlockFormat.OBSERVATION
                    && block.device() >= 0
                    && !windows.isOpen(block.device())
                    && registry.find(block.device()) != null) {
                closed.set(block.device());
            }
        } while (block.next());
        block.seek(here);
        return closed;
    }

    private void refuse(BlockReader block, @Nullable Kind kind, Batch batch, RejectReason reason, String detail) {
        DeviceDefinition device = registry.find(block.device());
        String topic = Batch.NATIVE_TOPIC
                + (kind == null ? "kind-" + block.kind() : kind.name())
                + "/"
                + (device == null ? "device-" + block.device() : device.externalId());
        batch.refuse(new RejectedInput(
                reason, block.arrivalMillis(), Batch.SOURCE, topic, ObservationJson.ofUnknown(kind, block), detail));
    }
}
