package io.fieldwatch.journal;

import java.nio.file.Path;
import java.util.List;

/**
 * Limits of one log.
 *
 * @param directory its own directory, made when it is missing
 * @param segmentBytes size of one file; the size a log was made with stays
 * @param budgetBytes what all its files together may take; at least three segments
 * @param queueBytesMax bytes that may wait for the disk
 * @param entryBytesMax largest entry; at most half a segment
 * @param readers the durable readers; the log keeps what the slowest of them has not released
 */
public record JournalConfig(
        Path directory,
        int segmentBytes,
        long budgetBytes,
        int queueBytesMax,
        int entryBytesMax,
        List<String> readers) {

    public JournalConfig {
        if (segmentBytes < 64 * 1024 || segmentBytes % 4096 != 0) {
            throw new IllegalArgumentException(
                    "segmentBytes " + segmentBytes + " is not a multiple of 4096 from 65536");
        }
        if (budgetBytes < 3L * segmentBytes) {
            throw new IllegalArgumentException("budgetBytes " + budgetBytes + " is below three segments");
        }
        if (entryBytesMax < 1 || entryBytesMax > segmentBytes / 2) {
            throw new IllegalArgumentException("entryBytesMax " + entryBytesMax + " is above half a segment");
        }
        if (queueBytesMax < entryBytesMax) {
            throw new IllegalArgumentException(
                    "queueBytesMax " + queueBytesMax + " holds no entry of the largest size");
        }
        readers = List.copyOf(readers);
    }
}
