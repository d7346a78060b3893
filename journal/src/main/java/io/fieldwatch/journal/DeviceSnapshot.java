package io.fieldwatch.journal;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code devices.snapshot}: device definitions whose records may have been trimmed. Replaced as a whole, one
 * write and rename, so it is never half new. All numbers little-endian:
 *
 * <pre>
 *   0  u32  magic 0x44535746 ("FWSD")
 *   4  u32  version, 1
 *   8  u64  log id, most significant half
 *  16  u64  log id, least significant half
 *  24  blocks of DEVICE records back to back; see BlockFormat
 *  last 4 bytes: CRC32C of everything before
 * </pre>
 */
final class DeviceSnapshot {

    private static final int MAGIC = 0x44535746;
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 24;
    private static final int CRC_BYTES = 4;
    private static final int BLOCK_BYTES = 512 * 1024; // more than the largest DEVICE record

    private final Path file;
    private final Disk disk = new Disk();
    private @Nullable UUID loadedFor;

    DeviceSnapshot(Path directory) {
        file = directory.resolve("devices.snapshot");
    }

    Path file() {
        return file;
    }

    /** Defines what the file holds, when there is one. */
    void load(DeviceDictionary devices) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int end = content.limit() - CRC_BYTES;
        if (end < HEADER_BYTES || content.getInt(0) != MAGIC || content.getInt(end) != crc(content.array(), end)) {
            throw new DamagedLogException(file, 0, "the snapshot of the devices is damaged");
        }
        if (content.getInt(4) != VERSION) {
            throw new IOException(file + " has the format version " + content.getInt(4) + ", known is " + VERSION);
        }
        content.limit(end).position(HEADER_BYTES);
        BlockReader block = new BlockReader();
        while (content.hasRemaining()) {
            block.wrap(content);
            while (block.next()) {
                devices.define(block.definition());
            }
            content.position(content.position() + block.bytes());
        }
        loadedFor = new UUID(content.getLong(8), content.getLong(16));
    }

    /** The snapshot must be this log's, and there must be one when anything was ever trimmed. */
    void require(UUID logId, long first) throws IOException {
        if (loadedFor == null && first > 0) {
            throw new DamagedLogException(file, first, "the log begins here and the snapshot of its devices is gone");
        }
        if (loadedFor != null && !loadedFor.equals(logId)) {
            throw new DamagedLogException(file, 0, "belongs to the log " + loadedFor + ", not " + logId);
        }
    }

    /** Replaces the file; on stable storage when this returns. */
    void save(UUID logId, List<DeviceDefinition> definitions) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(MAGIC).putInt(VERSION);
        header.putLong(logId.getMostSignificantBits()).putLong(logId.getLeastSignificantBits());
        content.write(header.array(), 0, HEADER_BYTES);
        ByteBuffer target = ByteBuffer.allocate(BLOCK_BYTES);
        BlockWriter writer = new BlockWriter();
        Iterator<DeviceDefinition> left = definitions.iterator();
        DeviceDefinition definition = left.hasNext() ? left.next() : null;
        while (definition != null) {
            writer.open(target, 0, 0);
            while (definition != null && writer.device(definition)) {
                definition = left.hasNext() ? left.next() : null;
            }
            if (writer.isEmpty()) {
                throw new IllegalStateException("no room for " + definition);
            }
            int blockBytes = writer.seal().remaining();
            content.write(target.array(), 0, blockBytes);
        }
        byte[] bytes = content.toByteArray();
        ByteBuffer whole = ByteBuffer.allocate(bytes.length + CRC_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        whole.put(bytes).putInt(crc(bytes, bytes.length)).flip();
        disk.replace(file, whole);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
