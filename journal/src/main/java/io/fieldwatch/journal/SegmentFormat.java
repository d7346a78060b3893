package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * A segment file, version 1, named by its base position in 20 digits and {@code .log}. All numbers are little-endian;
 * offsets in bytes. The file is a header and records back to back, then zeros to its end.
 *
 * <pre>
 * Header, 64 bytes
 *   0  u32  magic 0x534C5746 ("FWLS")
 *   4  u32  version, 1
 *   8  u64  log id, most significant half
 *  16  u64  log id, least significant half
 *  24  i64  base: position of the first record
 *  32  i64  bytes of the file
 *  40  u32  CRC32C of bytes 0 to 39
 *  44  20 bytes spare, 0
 *
 * Record, 16 bytes, payload, and 0 to 7 bytes of padding to a multiple of 8
 *   0  u32  bytes of the payload, at least 1
 *   4  u32  CRC32C of: log id (16 bytes as in the header), position (i64), forced up to (i64), bytes of the payload
 *           (u32), payload
 *   8  i64  forced up to: when this record was written, everything before this position was on stable storage
 *  16  payload
 * </pre>
 *
 * <p><b>Positions count records only</b>: the record at file offset {@code o} has the position {@code base + o - 64}, and
 * the next segment's base is the position behind the last record of this one. So positions have no jumps although an
 * entry never spans segments, ranges of them join, and a segment that does not end exactly where the next begins is
 * known to be damaged.
 *
 * <p><b>The checksum covers the position and the log id</b>, so bytes left over from another place, another log or an
 * earlier use of the disk never pass for a record, and a payload cannot be made to look like one.
 *
 * <p><b>Torn tail or bit rot.</b> A crash can leave the last group of records in any state: missing, torn, or with a hole
 * before a whole one, because writes reach the disk in any order before the force. All of those records carry a
 * "forced up to" no greater than where the group began. So when the first invalid record of the last segment is at
 * {@code p} and a valid record behind it says "forced up to" greater than {@code p}, then the record at {@code p} had
 * been on stable storage and has changed since: bit rot. Otherwise it is a torn tail and was never acknowledged. What
 * this cannot tell: damage to the very last group, with nothing written after it, looks like a torn tail; it shows
 * when a reader that had dealt with it asks for a position beyond the end.
 */
final class SegmentFormat {

    static final int HEADER_BYTES = 64;
    static final int RECORD_HEADER_BYTES = 16;
    static final int CRC_AT = 4;
    static final int FORCED_AT = 8;

    private static final int MAGIC = 0x534C5746;
    private static final int VERSION = 1;
    private static final int ID_AT = 8;
    private static final int BASE_AT = 24;
    private static final int BYTES_AT = 32;
    private static final int HEADER_CRC_AT = 40;

    private SegmentFormat() {}

    /** Bytes of the record of an entry, padding included. */
    static long recordBytes(int entryBytes) {
        return ((long) entryBytes + RECORD_HEADER_BYTES + 7) & ~7L;
    }

    static ByteBuffer header(UUID logId, long base, long bytes) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, MAGIC);
        header.putInt(4, VERSION);
        header.putLong(ID_AT, logId.getMostSignificantBits());
        header.putLong(ID_AT + 8, logId.getLeastSignificantBits());
        header.putLong(BASE_AT, base);
        header.putLong(BYTES_AT, bytes);
        header.putInt(HEADER_CRC_AT, headerCrc(header));
        return header;
    }

    /**
     * Reads and checks a file's header.
     *
     * @param base what the file's name says
     * @return the id of the log the file belongs to
     */
    static UUID readHeader(Path path, FileChannel file, long base) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int read = 0;
        while (header.hasRemaining() && read >= 0) {
            read = file.read(header, header.position());
        }
        if (header.hasRemaining() || header.getInt(0) != MAGIC || header.getInt(HEADER_CRC_AT) != headerCrc(header)) {
            throw new DamagedLogException(path, base, "the segment's header is damaged");
        }
        if (header.getInt(4) != VERSION) {
            throw new IOException(path + " has the format version " + header.getInt(4) + ", known is " + VERSION);
        }
        if (header.getLong(BASE_AT) != base || header.getLong(BYTES_AT) != file.size()) {
            throw new DamagedLogException(
                    path,
                    base,
                    "the header says base " + header.getLong(BASE_AT) + " and " + header.getLong(BYTES_AT)
                            + " bytes, the file has " + file.size());
        }
        return new UUID(header.getLong(ID_AT), header.getLong(ID_AT + 8));
    }

    private static int headerCrc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().position(0).limit(HEADER_CRC_AT));
        return (int) crc.getValue();
    }

    /** Computes record checksums without allocating. One thread at a time. */
    static final class Checksum {

        private final CRC32C crc = new CRC32C();
        private final ByteBuffer prefix = ByteBuffer.allocate(36).order(ByteOrder.LITTLE_ENDIAN);

        Checksum(UUID logId) {
            prefix.putLong(0, logId.getMostSignificantBits());
            prefix.putLong(8, logId.getLeastSignificantBits());
        }

        /** The payload is the buffer's position to limit, which stay as they are. */
        int of(long position, long forcedUpTo, ByteBuffer payload) {
            prefix.putLong(16, position);
            prefix.putLong(24, forcedUpTo);
            prefix.putInt(32, payload.remaining());
            crc.reset();
            crc.update(prefix.array(), 0, prefix.capacity());
            int at = payload.position();
            crc.update(payload);
            payload.position(at);
            return (int) crc.getValue();
        }
    }
}
