package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the files of a log hold, and what of it is damaged. Nothing is written or locked, so it may be asked of a copy, of a
 * damaged log and of one that is at work; of the latter it shows what was there when it came by.
 *
 * @param directory the log's own
 * @param id null when nothing says which log it is
 * @param segments oldest first
 * @param damage in the order of positions; empty when the log is sound
 * @param tornTail what the next opening takes off, or null
 * @param devices what is known of devices, or null when the log's entries are not blocks
 */
public record JournalInspection(
        Path directory,
        @Nullable UUID id,
        List<SegmentReport> segments,
        List<Damage> damage,
        @Nullable TornTail tornTail,
        @Nullable DevicesReport devices) {

    public JournalInspection {
        segments = List.copyOf(segments);
        damage = List.copyOf(damage);
    }

    /**
     * A file of the log.
     *
     * @param base position of its first record
     * @param end position behind its last one
     * @param usedBytes what header and records take of the file
     * @param allocatedBytes length of the file
     */
    public record SegmentReport(
            Path file, long base, long end, long usedBytes, long allocatedBytes, Contents contents) {}

    /**
     * What is in whole records.
     *
     * @param blocks of the records, those that are blocks
     * @param observations in the blocks
     * @param firstMillis earliest arrival of an observation, milliseconds since 1970; above {@code lastMillis} when there
     *     is none
     */
    public record Contents(long records, long blocks, long observations, long firstMillis, long lastMillis) {

        static final Contents NONE = new Contents(0, 0, 0, Long.MAX_VALUE, Long.MIN_VALUE);

        public boolean hasArrivals() {
            return firstMillis <= lastMillis;
        }

        Contents plus(Contents other) {
            return new Contents(
                    records + other.records,
                    blocks + other.blocks,
                    observations + other.observations,
                    Math.min(firstMillis, other.firstMillis),
                    Math.max(lastMillis, other.lastMillis));
        }
    }

    /**
     * Something that was on stable storage and is not what was written. The engine does not start with it.
     *
     * @param position first position that cannot be trusted
     * @param offset where that is in the file
     * @param goodFrom position of the next whole record of the file, or -1 when there is none
     */
    public record Damage(Path file, long position, long offset, long goodFrom, String what) {}

    /**
     * The end of a group that was being written when the process or the machine stopped; none of it was acknowledged.
     *
     * @param bytes from the position on, up to the last that is not zero
     */
    public record TornTail(Path file, long position, long offset, long bytes) {}

    /**
     * Device numbers.
     *
     * @param devices all there are, in the snapshot and in the segments
     * @param snapshot of these, in {@code devices.snapshot}; -1 when there is no such file, which is well as long as
     *     nothing was ever trimmed
     */
    public record DevicesReport(int devices, int snapshot) {}

    /**
     * Looks at a log.
     *
     * @param directory one of {@link #logsIn}
     * @throws IOException when it cannot be read at all, or is of a version that is not known
     */
    public static JournalInspection of(Path directory) throws IOException {
        return new LogInspector(directory).inspect();
    }

    /** The directory itself when it holds a log, else those directly in it that do, by name. */
    public static List<Path> logsIn(Path directory) throws IOException {
        if (isLog(directory)) {
            return List.of(directory);
        }
        TreeSet<Path> logs = new TreeSet<>();
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path candidate : inside) {
                if (isLog(candidate)) {
                    logs.add(candidate);
                }
            }
        }
        return List.copyOf(logs);
    }

    private static boolean isLog(Path directory) throws IOException {
        return Files.exists(directory.resolve(SegmentDirectory.ID))
                || !SegmentDirectory.segmentsIn(directory).isEmpty();
    }

    /** Nothing is damaged; a torn tail is what a crash leaves and is well. */
    public boolean sound() {
        return damage.isEmpty();
    }

    /** All segments as if they were one file, named by the directory. */
    public SegmentReport total() {
        return new SegmentReport(
                directory,
                segments.isEmpty() ? 0 : segments.get(0).base(),
                segments.isEmpty() ? 0 : segments.get(segments.size() - 1).end(),
                segments.stream().mapToLong(SegmentReport::usedBytes).sum(),
                segments.stream().mapToLong(SegmentReport::allocatedBytes).sum(),
                segments.stream().map(SegmentReport::contents).reduce(Contents.NONE, Contents::plus));
    }
}
