package io.fieldwatch.storage;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.RejectedInput;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of the observation log on its way into one transaction. Blocks are encoded as they are read, so nothing of
 * the log's memory is held on to. Reused from batch to batch.
 */
final class Batch {

    /** Where input comes from that was refused only here. */
    static final String SOURCE = "storage";

    static final String NATIVE_TOPIC = "fieldwatch/v1/";

    private final Catalogue catalogue;
    private final DeviceRegistry registry;
    private final int rowsMax;
    private final int bytesMax;
    private final Map<Integer, KindRows> byKind = new TreeMap<>();
    private final List<RejectedInput> rejected = new ArrayList<>();
    private long from;
    private long to;
    private int rows;
    private long rejectedBytes;
    private int unstorable;

    Batch(Catalogue catalogue, DeviceRegistry registry, StorageConfig config) {
        this.catalogue = catalogue;
        this.registry = registry;
        rowsMax = config.batchRowsMax();
        bytesMax = config.batchBytesMax();
    }

    /** Empties the batch; it will begin at the position. */
    void begin(long position) {
        byKind.values().forEach(KindRows::clear);
        rejected.clear();
        from = position;
        to = position;
        rows = 0;
        rejectedBytes = 0;
        unstorable = 0;
    }

    /**
     * Takes all of a block.
     *
     * @throws IllegalStateException when the block has what this version cannot read; then storing stops here, because
     *     going on would lose something acknowledged
     */
    void add(BlockReader block, long nextPosition) {
        while (block.next()) {
            switch (block.type()) {
                case BlockFormat.OBSERVATION -> observation(block);
                case BlockFormat.DEVICE -> registry.define(block.definition());
                case BlockFormat.REJECTED -> reject(block.rejected());
                case BlockFormat.TICK -> {}
                default -> throw new IllegalStateException("a record of unknown type " + block.type());
            }
        }
        to = nextPosition;
    }

    boolean full() {
        long bytes = rejectedBytes;
        for (KindRows kind : byKind.values()) {
            bytes += kind.encoder().length();
        }
        return rows >= rowsMax || bytes >= bytesMax;
    }

    boolean isEmpty() {
        return to == from;
    }

    long from() {
        return from;
    }

    long to() {
        return to;
    }

    /** Some may have no rows. */
    Collection<KindRows> kinds() {
        return byKind.values();
    }

    /** What goes to quarantine whatever the database says. */
    List<RejectedInput> rejected() {
        return rejected;
    }

    /** How many of {@link #rejected} were refused here. */
    int unstorable() {
        return unstorable;
    }

    private void observation(BlockReader block) {
        Kind kind = catalogue.kindOrNull(block.kind());
        DeviceDefinition device = registry.find(block.device());
        if (kind == null) {
            refuse(block, null, device, "the catalogue has no kind with number " + block.kind());
            return;
        }
        if (device == null) {
            refuse(block, kind, null, "the log does not define device number " + block.device());
            return;
        }
        KindRows kindRows = byKind.get(kind.number());
        if (kindRows == null) {
            kindRows = new KindRows(kind);
            byKind.put(kind.number(), kindRows);
        }
        if (!kindRows.encoder().storable(block)) {
            refuse(block, kind, device, "the catalogue does not know one of its properties or codes");
            return;
        }
        kindRows.add(block);
        rows++;
    }

    private void refuse(BlockReader block, @Nullable Kind kind, @Nullable DeviceDefinition device, String detail) {
        unstorable++;
        String topic = NATIVE_TOPIC
                + (kind == null ? "kind-" + block.kind() : kind.name())
                + "/"
                + (device == null ? "device-" + block.device() : device.externalId());
        reject(new RejectedInput(
                RejectReason.UNSTORABLE,
                block.arrivalMillis(),
                SOURCE,
                topic,
                ObservationJson.ofUnknown(kind, block),
                detail));
    }

    private void reject(RejectedInput input) {
        rejected.add(input);
        rejectedBytes += input.payload().length + 256;
    }
}
