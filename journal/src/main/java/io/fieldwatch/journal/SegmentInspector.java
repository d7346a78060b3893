package io.fieldwatch.journal;

import io.fieldwatch.journal.JournalInspection.Contents;
import io.fieldwatch.journal.JournalInspection.Damage;
import io.fieldwatch.journal.JournalInspection.SegmentReport;
import io.fieldwatch.journal.JournalInspection.TornTail;
import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.DeviceDictionary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads one file of a log to its end, past whatever is damaged. One thread, one call. */
final class SegmentInspector {

    private static final int LOOKS_MAX = 10;
    private static final long LOOK_MILLIS = 50;

    private final UUID logId;
    private final Segment segment;
    private final DeviceDictionary devices;
    private final List<Damage> damage = new ArrayList<>();
    private final BlockReader block = new BlockReader();
    private @Nullable TornTail tornTail;
    private long records;
    private long blocks;
    private long observations;
    private long firstMillis = Long.MAX_VALUE;
    private long lastMillis = Long.MIN_VALUE;

    SegmentInspector(UUID logId, Segment segment, DeviceDictionary devices) {
        this.logId = logId;
        this.segment = segment;
        this.devices = devices;
    }

    List<Damage> damage() {
        return damage;
    }

    @Nullable
    TornTail tornTail() {
        return tornTail;
    }

    /**
     * @param nextBase where the next segment begins, or null when that is not known
     * @param cutOff the file is not the log's last or has been cut short, so what ends it is no torn tail
     */
    SegmentReport inspect(@Nullable Long nextBase, boolean cutOff) throws IOException {
        long end = segment.base();
        try (RecordCursor cursor = new RecordCursor(logId, segment)) {
            long limit = nextBase == null ? segment.limit() : Math.min(segment.limit(), nextBase);
            for (long next = end; next >= 0; next = beyond(cursor, end, limit, nextBase)) {
                end = readOn(cursor, next, limit);
            }
        } catch (DamagedLogException e) {
            damaged(e.position(), -1, e.what());
        }
        TornTail torn = tornTail;
        if (torn != null && cutOff) {
            damaged(torn.position(), -1, "the file was cut off in this record");
            tornTail = null;
        }
        if (nextBase != null) {
            end = Math.max(end, nextBase); // what is missing has been said
        }
        return new SegmentReport(
                segment.file(),
                segment.base(),
                end,
                Math.min(segment.offset(end), segment.bytes()),
                segment.bytes(),
                new Contents(records, blocks, observations, firstMillis, lastMillis));
    }

    private long readOn(RecordCursor cursor, long from, long limit) throws IOException {
        long position = from;
        while (cursor.read(position, limit)) {
            count(position, cursor.entry());
            position = cursor.nextPosition();
        }
        return position;
    }

    /** There is no whole record at a position: says why, and answers where to go on, or -1 at the end. */
    private long beyond(RecordCursor cursor, long at, long limit, @Nullable Long nextBase) throws IOException {
        if (nextBase != null) {
            if (at == nextBase) {
                return -1;
            }
            long good = nextGood(cursor, at, limit, segment.base());
            damaged(at, good, good < 0 ? "the rest of the file is damaged" : "the record is damaged");
            return good;
        }
        long witness = nextGood(cursor, at, limit, at + 1);
        if (witness < 0) {
            lookAtTail(cursor, at, limit);
            return -1;
        }
        cursor.forget(); // a log at work may have written it since
        if (cursor.read(at, limit)) {
            return at;
        }
        long good = nextGood(cursor, at, limit, segment.base());
        damaged(at, good, "the record is damaged");
        return good;
    }

    /** The next whole record behind a position that says that at least so much was on stable storage, or -1. */
    private static long nextGood(RecordCursor cursor, long behind, long limit, long forcedMin) throws IOException {
        for (long at = behind + 8; at <= limit - SegmentFormat.RECORD_HEADER_BYTES; at += 8) {
            if (cursor.peekForcedUpTo(at, limit) >= forcedMin && cursor.read(at, limit)) {
                return at;
            }
        }
        return -1;
    }

    /** Bytes behind the end are a torn group, unless a log at work is just writing them. */
    private void lookAtTail(RecordCursor cursor, long end, long limit) throws IOException {
        for (int looks = 0; looks < LOOKS_MAX; looks++) {
            cursor.forget();
            if (cursor.read(end, limit) || cursor.lastNonZero(end, limit) < end) {
                return;
            }
            pause();
        }
        long bytes = cursor.lastNonZero(end, limit) + 1 - end;
        tornTail = new TornTail(segment.file(), end, segment.offset(end), bytes);
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void count(long position, ByteBuffer entry) {
        records++;
        if (entry.remaining() < 4
                || entry.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(entry.position()) != BlockFormat.MAGIC) {
            return;
        }
        try {
            block.wrap(entry);
            while (block.next()) {
                if (block.type() == BlockFormat.OBSERVATION) {
                    observations++;
                    firstMillis = Math.min(firstMillis, block.arrivalMillis());
                    lastMillis = Math.max(lastMillis, block.arrivalMillis());
                } else if (block.type() == BlockFormat.DEVICE) {
                    devices.define(block.definition());
                }
            }
            blocks++;
        } catch (IllegalStateException e) {
            damaged(position, -1, "the block does not make sense: " + e.getMessage());
        }
    }

    private void damaged(long position, long goodFrom, String what) {
        damage.add(new Damage(segment.file(), position, segment.offset(position), goodFrom, what));
    }
}
