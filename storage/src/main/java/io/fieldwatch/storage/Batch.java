package io.fieldwatch.storage;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceOffline;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.RejectedInput;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of the observation log on its way into one transaction. Observations are encoded as they are read, so nothing
 * of the log's memory is held on to. Reused from batch to batch; it belongs to one thread at a time.
 *
 * <p>Rows are <b>fresh</b> when no row of their identity can be stored, so that a plain COPY does; they are
 * <b>doubtful</b> when only the database can say.
 */
final class Batch {

    /** Where input comes from that was refused only here. */
    static final String SOURCE = "storage";

    static final String NATIVE_TOPIC = "fieldwatch/v1/";

    private final int rowsMax;
    private final int bytesMax;
    private final TreeMap<Integer, KindRows> fresh = new TreeMap<>();
    private final TreeMap<Integer, KindRows> doubtful = new TreeMap<>();
    /** The same as {@link #fresh}, by kind number, for the hot path. */
    private final @Nullable KindRows[] freshByKind;

    private final List<RejectedInput> rejected = new ArrayList<>();
    private final List<DeviceOffline> offline = new ArrayList<>();
    private final Tally refused = new Tally();
    private long from;
    private long to;
    private int rows;
    private int doubtfulRows;
    private long otherBytes;

    Batch(Catalogue catalogue, StorageConfig config) {
        int highest = catalogue.kinds().stream().mapToInt(Kind::number).max().orElse(0);
        freshByKind = new KindRows[highest + 1];
        rowsMax = config.batchRowsMax();
        bytesMax = config.batchBytesMax();
    }

    /** Empties the batch; it will begin at the position. */
    void begin(long position) {
        if (capacityBytes() > 2L * bytesMax) { // each kind had its turn at being the largest
            fresh.clear();
            doubtful.clear();
            java.util.Arrays.fill(freshByKind, null);
        }
        fresh.values().forEach(KindRows::clear);
        doubtful.values().forEach(KindRows::clear);
        rejected.clear();
        offline.clear();
        refused.set(new Tally());
        from = position;
        to = position;
        rows = 0;
        doubtfulRows = 0;
        otherBytes = 0;
    }

    /** Everything before the position is in the batch. */
    void reach(long position) {
        to = position;
    }

    /** Takes an observation that no stored row can have the identity of. */
    void addFresh(Kind kind, BlockReader observation) {
        KindRows of = freshByKind[kind.number()];
        if (of == null) {
            of = new KindRows(kind);
            freshByKind[kind.number()] = of;
            fresh.put(kind.number(), of);
        }
        of.add(observation);
        rows++;
    }

    /** Takes an observation of which only the database knows whether it is stored. */
    void addDoubtful(Kind kind, BlockReader observation) {
        doubtful.computeIfAbsent(kind.number(), number -> new KindRows(kind)).add(observation);
        rows++;
        doubtfulRows++;
    }

    /** Leaves out a redelivery. */
    void addDuplicate() {
        refused.duplicates++;
    }

    /** Takes input for the quarantine that was refused before it got here. */
    void addRejected(RejectedInput input) {
        rejected.add(input);
        otherBytes += input.payload().length + 256;
    }

    /** Takes that a device is gone. */
    void addOffline(DeviceOffline event) {
        offline.add(event);
        otherBytes += 256;
    }

    /** Takes an observation for the quarantine. */
    void refuse(RejectedInput input) {
        if (input.reason() == RejectReason.UNSTORABLE) {
            refused.unstorable++;
        } else {
            refused.outOfTime++;
        }
        addRejected(input);
    }

    /** Puts the rows in the order in which they are written. */
    void sort(IntUnaryOperator idOfDevice) {
        fresh.values().forEach(kind -> kind.sort(idOfDevice));
        doubtful.values().forEach(kind -> kind.sort(idOfDevice));
    }

    boolean full() {
        return rows >= rowsMax || usedBytes() >= bytesMax;
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

    int rows() {
        return rows;
    }

    boolean hasDoubtful() {
        return doubtfulRows > 0;
    }

    /** By kind number; some may have no rows. */
    Collection<KindRows> fresh() {
        return fresh.values();
    }

    /** By kind number; some may have no rows. */
    Collection<KindRows> doubtful() {
        return doubtful.values();
    }

    /** What goes to quarantine whatever the database says. */
    List<RejectedInput> rejected() {
        return rejected;
    }

    /** Which devices are gone. */
    List<DeviceOffline> offline() {
        return offline;
    }

    /** What was left out or refused before any writing. */
    Tally refused() {
        return refused;
    }

    private long usedBytes() {
        long bytes = otherBytes;
        for (KindRows kind : fresh.values()) {
            bytes += kind.encoder().length();
        }
        for (KindRows kind : doubtful.values()) {
            bytes += kind.encoder().length();
        }
        return bytes;
    }

    private long capacityBytes() {
        return fresh.values().stream().mapToLong(KindRows::capacityBytes).sum()
                + doubtful.values().stream().mapToLong(KindRows::capacityBytes).sum();
    }
}
