package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a log: {@code lock}, {@code log.id} and segments. A file is written under a temporary name, forced, and
 * only then gets its own, so a segment that can be seen has a whole header on stable storage; what is left of an
 * unfinished one is deleted at the next opening.
 *
 * <p>A segment is filled with zeros and forced before its first use. Only setting its length would leave holes: then
 * each force would also have to write allocations into the file system's own journal, and a full disk would show only
 * when an entry is to be acknowledged.
 */
final class SegmentDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentDirectory.class);

    static final String TEMPORARY = ".tmp";
    private static final String SUFFIX = ".log";
    static final String ID = "log.id";
    private static final int ZERO_BYTES = 1024 * 1024;

    private final Path directory;
    private final long segmentBytes;
    private final Disk disk;
    private final DirectoryLock lock;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(ZERO_BYTES);
    private UUID id = UUID.randomUUID();

    private SegmentDirectory(JournalConfig config, Disk disk, DirectoryLock lock) {
        this.directory = config.directory();
        this.segmentBytes = config.segmentBytes();
        this.disk = disk;
        this.lock = lock;
    }

    /** Takes the directory for this process; {@link #load} comes next. */
    static SegmentDirectory open(JournalConfig config, Disk disk) throws IOException {
        Path directory = config.directory();
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            Path parent = directory.getParent();
            if (parent != null) {
                disk.forceDirectory(parent);
            }
        }
        return new SegmentDirectory(config, disk, DirectoryLock.take(directory));
    }

    UUID id() {
        return id;
    }

    /** Finds the segments, by base, or makes the first one of a new log. */
    NavigableMap<Long, Segment> load() throws IOException {
        deleteUnfinished();
        NavigableMap<Long, Segment> segments = segmentsIn(directory);
        Path idFile = directory.resolve(ID);
        boolean known = Files.exists(idFile);
        if (known) {
            id = readId(idFile);
            if (segments.isEmpty()) {
                throw new DamagedLogException(directory, 0, "the log " + id + " has lost all its segments");
            }
        } else if (segments.isEmpty()) {
            segments.put(0L, create(prepare(), 0));
        } else if (segments.size() == 1 && segments.containsKey(0L)) {
            id = headerId(segments.firstEntry().getValue()); // the first opening ended before it wrote the id
        } else {
            throw new DamagedLogException(idFile, 0, "the file is missing and there are segments");
        }
        for (Map.Entry<Long, Segment> segment : segments.entrySet()) {
            UUID found = headerId(segment.getValue());
            if (!found.equals(id)) {
                throw new DamagedLogException(
                        segment.getValue().file(), segment.getKey(), "belongs to the log " + found + ", not " + id);
            }
        }
        if (!known) {
            disk.replace(idFile, ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.US_ASCII)));
        }
        disk.forceDirectory(directory);
        return segments;
    }

    /**
     * Makes a file of zeros for the next segment. One caller at a time. When it fails, nothing is lost and nothing of it
     * is left, so that a full disk does not keep the little that it has from others; it may be tried again, for then all
     * of it is written anew.
     */
    Path prepare() throws IOException {
        Path spare = directory.resolve("next" + TEMPORARY);
        boolean prepared = false;
        try (FileChannel file = FileChannel.open(
                spare, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (long left = segmentBytes; left > 0; ) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), left));
                int wanted = zeros.remaining();
                disk.allocate(file, zeros);
                left -= wanted - zeros.remaining();
            }
            disk.forceAll(file);
            prepared = true;
        } finally {
            if (!prepared) {
                Files.deleteIfExists(spare);
            }
        }
        return spare;
    }

    /** Makes a prepared file the segment that begins at a position; on stable storage when this returns. */
    Segment create(Path spare, long base) throws IOException {
        Path name = directory.resolve(String.format(Locale.ROOT, "%020d%s", base, SUFFIX));
        try (FileChannel file = FileChannel.open(spare, StandardOpenOption.WRITE)) {
            ByteBuffer[] header = {SegmentFormat.header(id, base, segmentBytes)};
            while (header[0].hasRemaining()) {
                disk.write(file, header, 0, 1);
            }
            disk.forceAll(file);
        }
        disk.publish(spare, name);
        return new Segment(name, base, segmentBytes);
    }

    /** Deletes for good: the oldest must be gone from stable storage before the next one goes, or a gap could appear. */
    void delete(Segment segment) throws IOException {
        Files.deleteIfExists(segment.file());
        disk.forceDirectory(directory);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    /** What the disk has room for; where it does not say, no limit is known. */
    long usableBytes() {
        try {
            return disk.usableBytes(directory);
        } catch (IOException e) {
            LOG.debug("asking the disk under {} for its room", directory, e);
            return Long.MAX_VALUE;
        }
    }

    /** The segments in a directory, by base; nothing is changed, and another process may be at work there. */
    static NavigableMap<Long, Segment> segmentsIn(Path directory) throws IOException {
        NavigableMap<Long, Segment> segments = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (name.matches("[0-9]{20}\\.log")) {
                    long base = Long.parseLong(name.substring(0, 20));
                    segments.put(base, new Segment(file, base, Files.size(file)));
                }
            }
        }
        return segments;
    }

    private void deleteUnfinished() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + TEMPORARY)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    private static UUID headerId(Segment segment) throws IOException {
        try (FileChannel file = FileChannel.open(segment.file(), StandardOpenOption.READ)) {
            return SegmentFormat.readHeader(segment.file(), file, segment.base());
        }
    }

    static UUID readId(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            DamagedLogException damaged = new DamagedLogException(file, 0, "not a log id: " + text);
            damaged.initCause(e);
            throw damaged;
        }
    }
}
