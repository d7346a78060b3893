package io.fieldwatch.journal;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Bytes of a segment file, little-endian. The file for base B is named {@code B.log} with 20 digits and holds positions
 * B to B + segment size; a position is the offset in the file plus B.
 *
 * <pre>
 * Header, 64 bytes
 *   0  u32  magic 0x4C4A5746 ("FWJL")
 *   4  u32  version, 1
 *   8  i64  base position
 *  16  16   log id
 *  32  u32  CRC32C of bytes 0 to 32; the rest is 0
 *
 * Record, at every multiple of 8
 *   0  u32  bytes of the entry; 0 in the record that ends a full segment
 *   4  u32  CRC32C of bytes 8 to 24 + the entry
 *   8  i64  position of this record
 *  16  i64  position up to which the log was on stable storage when this was written
 *  24  the entry, filled up with zeros to a multiple of 8
 * </pre>
 *
 * <p>The position inside the checksum keeps stale bytes from passing as a record elsewhere. The stable position tells a
 * torn end from bit rot: an unreadable record that a later, readable one says was stable has been damaged since.
 */
final class RecordFormat {

    static final int MAGIC = 0x4C4A5746;
    static final int VERSION = 1;
    static final int HEADER_BYTES = 64;
    static final int RECORD_BYTES = 24;

    private RecordFormat() {}

    /** Bytes an entry takes in a segment. */
    static int framed(int entryBytes) {
        return RECORD_BYTES + (entryBytes + 7 & ~7);
    }

    static void putHeader(ByteBuffer file, UUID logId, long base) {
        file.putInt(0, MAGIC).putInt(4, VERSION).putLong(8, base);
        file.putLong(16, logId.getMostSignificantBits()).putLong(24, logId.getLeastSignificantBits());
        file.putInt(32, crc(file, 0, 32));
    }

    static boolean headerValid(ByteBuffer file, UUID logId, long base) {
        return file.getInt(0) == MAGIC
                && file.getInt(4) == VERSION
                && file.getLong(8) == base
                && file.getLong(16) == logId.getMostSignificantBits()
                && file.getLong(24) == logId.getLeastSignificantBits()
                && file.getInt(32) == crc(file, 0, 32);
    }

    /** Appends a record at the buffer's position; there must be room for {@link #framed} bytes. */
    static void put(ByteBuffer target, ByteBuffer entry, long position, long stable) {
        int start = target.position();
        int bytes = entry.remaining();
        target.putInt(start, bytes).putLong(start + 8, position).putLong(start + 16, stable);
        target.put(start + RECORD_BYTES, entry, entry.position(), bytes);
        int end = start + framed(bytes);
        for (int i = start + RECORD_BYTES + bytes; i < end; i++) {
            target.put(i, (byte) 0);
        }
        target.putInt(start + 4, crc(target, start + 8, RECORD_BYTES - 8 + bytes));
        target.position(end);
    }

    /** Whether a whole valid record of this position stands at an index of the buffer. */
    static boolean valid(ByteBuffer bytes, int index, long position) {
        if (bytes.limit() - index < RECORD_BYTES || bytes.getLong(index + 8) != position) {
            return false;
        }
        int length = bytes.getInt(index);
        return length >= 0
                && length <= bytes.limit() - index - RECORD_BYTES
                && bytes.getInt(index + 4) == crc(bytes, index + 8, RECORD_BYTES - 8 + length);
    }

    static int length(ByteBuffer bytes, int index) {
        return bytes.getInt(index);
    }

    static long stable(ByteBuffer bytes, int index) {
        return bytes.getLong(index + 16);
    }

    private static int crc(ByteBuffer bytes, int index, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(index, length));
        return (int) crc.getValue();
    }
}
