package io.fieldwatch.journal;

import io.fieldwatch.journal.JournalInspection.Damage;
import io.fieldwatch.journal.JournalInspection.DevicesReport;
import io.fieldwatch.journal.JournalInspection.SegmentReport;
import io.fieldwatch.journal.JournalInspection.TornTail;
import io.fieldwatch.telemetry.DeviceDictionary;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log from end to end by the rules of {@link SegmentFormat}, goes on behind what is damaged, and changes nothing.
 * For one inspection, on one thread.
 */
final class LogInspector {

    private static final int LISTINGS_MAX = 10;

    private final Path directory;
    private final DeviceDictionary devices = new DeviceDictionary();
    private final List<SegmentReport> reports = new ArrayList<>();
    private final List<Damage> damage = new ArrayList<>();
    private @Nullable TornTail tornTail;
    private int snapshot = -1;

    LogInspector(Path directory) {
        this.directory = directory;
    }

    JournalInspection inspect() throws IOException {
        NavigableMap<Long, Segment> segments = list();
        UUID id = id(segments);
        readSnapshot(id);
        long end = segments.isEmpty() ? 0 : segments.firstKey();
        for (Map.Entry<Long, Segment> entry : segments.entrySet()) {
            Segment segment = entry.getValue();
            try {
                gap(end, segment);
                @Nullable Long next = segments.higherKey(entry.getKey());
                boolean whole = checkHeader(segment, id);
                end = scan(segment, id, next, whole);
            } catch (NoSuchFileException e) {
                end = gone(segments, segment);
            }
        }
        boolean blocks = reports.stream().anyMatch(report -> report.contents().blocks() > 0);
        if (blocks) {
            requireSnapshot();
        }
        return new JournalInspection(
                directory,
                id,
                reports,
                damage,
                tornTail,
                blocks || snapshot >= 0 ? new DevicesReport(devices.all().size(), snapshot) : null);
    }

    /** A log at work deletes segments while they are listed: only two equal lists in a row are believed. */
    private NavigableMap<Long, Segment> list() throws IOException {
        NavigableMap<Long, Segment> before = new TreeMap<>();
        for (int i = 0; i < LISTINGS_MAX; i++) {
            try {
                NavigableMap<Long, Segment> again = SegmentDirectory.segmentsIn(directory);
                if (again.equals(before)) {
                    return again;
                }
                before = again;
            } catch (NoSuchFileException e) {
                SegmentLog.LOG.debug("a segment went while {} was listed", directory, e);
            }
        }
        throw new IOException("the segments in " + directory + " come and go too fast to be listed");
    }

    /** What {@code log.id} says, or else the first whole header. */
    private @Nullable UUID id(NavigableMap<Long, Segment> segments) throws IOException {
        Path file = directory.resolve(SegmentDirectory.ID);
        if (Files.exists(file)) {
            if (segments.isEmpty()) {
                damaged(file, 0, 0, -1, "all segments are gone");
            }
            try {
                return SegmentDirectory.readId(file);
            } catch (DamagedLogException e) {
                damaged(file, 0, 0, -1, "it says no log's id");
            }
        } else if (segments.size() > 1 || !segments.containsKey(0L)) {
            damaged(file, 0, 0, -1, "the file is gone");
        }
        for (Segment segment : segments.values()) {
            try {
                return headerId(segment);
            } catch (DamagedLogException e) {
                SegmentLog.LOG.debug("looking for the id of the log in {}", directory, e);
            }
        }
        return null;
    }

    private void gap(long end, Segment segment) {
        if (segment.base() > end) {
            damaged(segment.file(), end, 0, segment.base(), "what was before this file is missing");
        }
    }

    /** Answers whether it is what it should be. */
    private boolean checkHeader(Segment segment, @Nullable UUID id) throws IOException {
        try {
            UUID found = headerId(segment);
            if (!found.equals(id)) {
                damaged(segment.file(), segment.base(), 0, -1, "it belongs to the log " + found);
                return false;
            }
            return true;
        } catch (DamagedLogException e) {
            damaged(segment.file(), segment.base(), 0, -1, e.what());
            return false;
        }
    }

    /** Answers the position behind the segment's last record. */
    private long scan(Segment segment, @Nullable UUID id, @Nullable Long next, boolean whole) throws IOException {
        if (id == null || segment.bytes() < SegmentFormat.HEADER_BYTES) {
            return next == null ? segment.base() : next;
        }
        SegmentInspector inspector = new SegmentInspector(id, segment, devices);
        boolean nextMissing = whole && next != null && next > segment.limit();
        SegmentReport report = inspector.inspect(nextMissing ? null : next, !whole || nextMissing);
        reports.add(report);
        damage.addAll(inspector.damage());
        tornTail = inspector.tornTail();
        return report.end();
    }

    /**
     * A log at work deletes from the oldest on. So when nothing is left of what was before this segment, it was trimmed
     * while others were read; what they held is gone from the log and from the report.
     */
    private long gone(NavigableMap<Long, Segment> segments, Segment segment) {
        if (segments.headMap(segment.base()).values().stream().anyMatch(older -> Files.exists(older.file()))) {
            damaged(segment.file(), segment.base(), 0, -1, "the file is gone");
        } else {
            reports.clear();
            damage.clear();
        }
        @Nullable Long next = segments.higherKey(segment.base());
        return next == null ? segment.base() : next;
    }

    private void readSnapshot(@Nullable UUID id) throws IOException {
        DeviceSnapshot file = new DeviceSnapshot(directory);
        if (!Files.exists(file.file())) {
            return;
        }
        try {
            file.load(devices);
            snapshot = devices.all().size();
            if (id != null) {
                file.require(id, 0);
            }
        } catch (DamagedLogException e) {
            damaged(file.file(), 0, 0, -1, e.what());
        } catch (IllegalStateException e) {
            damaged(file.file(), 0, 0, -1, String.valueOf(e.getMessage()));
        }
    }

    private void requireSnapshot() {
        DeviceSnapshot file = new DeviceSnapshot(directory);
        long first = reports.get(0).base();
        if (first > 0 && !Files.exists(file.file())) {
            damaged(file.file(), first, 0, -1, "the file is gone although the log no longer begins at 0");
        }
    }

    private void damaged(Path file, long position, long offset, long goodFrom, String what) {
        damage.add(new Damage(file, position, offset, goodFrom, what));
    }

    private static UUID headerId(Segment segment) throws IOException {
        try (FileChannel file = FileChannel.open(segment.file(), StandardOpenOption.READ)) {
            return SegmentFormat.readHeader(segment.file(), file, segment.base());
        }
    }
}
