package io.fieldwatch.journal;

import java.nio.file.Path;
import java.util.Set;

/**
 * Where a log lives and its limits.
 *
 * @param directory the log's own directory; made when missing. Its last name is the log's name in threads and messages
 * @param segmentBytes size of a segment file, allocated at once; holds the largest entry and twice the queue
 * @param budgetBytes what all segment files together may take, at least three segments; a tenth of it, at least one
 *     segment, is a reserve that entries do not get: the next segment is prepared in it, and a restart finds room for
 *     what it writes
 * @param queueBytesMax records taken and not yet on stable storage, in bytes; at most half a segment
 * @param queueEntriesMax the same, in entries
 * @param entryBytesMax largest entry taken
 * @param readers the names of all durable readers; the log keeps what any of them has not released
 */
public record JournalConfig(
        Path directory,
        int segmentBytes,
        long budgetBytes,
        int queueBytesMax,
        int queueEntriesMax,
        int entryBytesMax,
        Set<String> readers) {

    private static final int MIB = 1024 * 1024;

    public JournalConfig {
        directory = directory.toAbsolutePath().normalize();
        readers = Set.copyOf(readers);
        if (directory.getFileName() == null) {
            throw new IllegalArgumentException("a log cannot live in " + directory);
        }
        if (readers.isEmpty()) {
            throw new IllegalArgumentException("a log without durable readers would forget everything");
        }
        require(entryBytesMax > 0, "entryBytesMax", entryBytesMax);
        require(queueEntriesMax > 0, "queueEntriesMax", queueEntriesMax);
        require(queueBytesMax >= SegmentFormat.recordBytes(entryBytesMax), "queueBytesMax", queueBytesMax);
        require(segmentBytes % 8 == 0, "segmentBytes", segmentBytes);
        require((segmentBytes - SegmentFormat.HEADER_BYTES) / 2 >= queueBytesMax, "segmentBytes", segmentBytes);
        require(budgetBytes >= 3L * segmentBytes, "budgetBytes", budgetBytes);
    }

    /** Segments of 64 MiB, 4 GiB in all, a queue of 16 MiB and 8,192 entries, entries up to 4 MiB. */
    public static JournalConfig of(Path directory, Set<String> readers) {
        return new JournalConfig(directory, 64 * MIB, 4096L * MIB, 16 * MIB, 8192, 4 * MIB, readers);
    }

    public JournalConfig withBudgetBytes(long bytes) {
        return new JournalConfig(
                directory, segmentBytes, bytes, queueBytesMax, queueEntriesMax, entryBytesMax, readers);
    }

    /** What segment files may take before the log takes nothing: the budget without its reserve. */
    long usableBytes() {
        return budgetBytes - Math.max(segmentBytes, budgetBytes / 10);
    }

    String name() {
        return String.valueOf(directory.getFileName());
    }

    private static void require(boolean holds, String key, long value) {
        if (!holds) {
            throw new IllegalArgumentException(key + " cannot be " + value + " with the other limits of the log");
        }
    }
}
