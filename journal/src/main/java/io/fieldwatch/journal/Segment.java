package io.fieldwatch.journal;

import java.nio.file.Path;

/**
 * One file of the log.
 *
 * @param base position of its first record
 * @param bytes length of the file
 */
record Segment(Path file, long base, long bytes) {

    /** Position that a record filling the file to its last byte would end at. */
    long limit() {
        return base + bytes - SegmentFormat.HEADER_BYTES;
    }

    /** Where in the file a position is. */
    long offset(long position) {
        return position - base + SegmentFormat.HEADER_BYTES;
    }

    boolean holds(long position) {
        return position >= base && position < limit();
    }
}
