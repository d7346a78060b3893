package io.fieldwatch.journal;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The observation log on local disk. It knows every device number ever defined: definitions are collected from the
 * blocks, and before a segment that holds some is deleted they are saved to {@code devices.snapshot}.
 */
public final class LocalObservationLog implements ObservationLog {

    private static final String SNAPSHOT = "devices.snapshot";

    private final SegmentLog log;
    private final Path snapshot;
    private final DeviceDictionary devices = new DeviceDictionary();

    private LocalObservationLog(SegmentLog log, Path snapshot) {
        this.log = log;
        this.snapshot = snapshot;
    }

    /**
     * Opens or makes the log; the calling thread reads every kept block once for its device definitions.
     *
     * @throws DamagedLogException when acknowledged blocks cannot be read any more
     * @throws IOException when the directory is in use or cannot be read or written
     */
    public static LocalObservationLog open(JournalConfig config) throws IOException {
        SegmentLog log = SegmentLog.open(config);
        try {
            LocalObservationLog opened =
                    new LocalObservationLog(log, config.directory().resolve(SNAPSHOT));
            opened.recoverDevices();
            log.onTrim((from, to) -> opened.saveDevices());
            return opened;
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private void recoverDevices() throws IOException {
        if (Files.exists(snapshot)) {
            byte[] bytes = Files.readAllBytes(snapshot);
            ByteBuffer content = ByteBuffer.wrap(bytes);
            CRC32C crc = new CRC32C();
            crc.update(bytes, 4, bytes.length - 4);
            if (content.getInt() != (int) crc.getValue()) {
                throw new DamagedLogException(snapshot + " is damaged");
            }
            define(new BlockReader().wrap(content));
        }
        long end = log.end();
        BlockReader block = new BlockReader();
        try (SegmentReader reader = log.scan()) {
            while (reader.nextPosition() < end && reader.next(0)) {
                define(block.wrap(reader.entry()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading the device definitions", e);
        }
    }

    private synchronized void define(BlockReader block) {
        if (!block.hasDevices()) {
            return;
        }
        while (block.next()) {
            if (block.type() == BlockFormat.DEVICE) {
                devices.define(block.definition());
            }
        }
        block.rewind();
    }

    /** All definitions in one block of their own behind a CRC32C of it. */
    private synchronized void saveDevices() throws IOException {
        int capacity = 4 + BlockFormat.HEADER_BYTES;
        for (DeviceDefinition device : devices.all()) {
            capacity += 64 + 3 * (device.externalId().length() + length(device.name()) + length(device.area()));
        }
        ByteBuffer content = ByteBuffer.allocate(capacity);
        BlockWriter writer = new BlockWriter();
        writer.open(content.slice(4, capacity - 4), 0, 0);
        for (DeviceDefinition device : devices.all()) {
            if (!writer.device(device)) {
                throw new IllegalStateException("no room in the snapshot for " + device);
            }
        }
        ByteBuffer block = writer.seal();
        content.limit(4 + block.remaining());
        CRC32C crc = new CRC32C();
        crc.update(block.duplicate());
        content.putInt(0, (int) crc.getValue());
        LogDirectory.writeAtomically(snapshot, content);
    }

    private static int length(@org.jspecify.annotations.Nullable String text) {
        return text == null ? 0 : text.length();
    }

    @Override
    public UUID id() {
        return log.id();
    }

    @Override
    public boolean accepting() {
        return log.accepting();
    }

    /** Why the log takes nothing more; empty while it is well. */
    public Optional<IOException> failure() {
        return log.failure();
    }

    public MetricSet<JournalMetric> metrics() {
        return log.metrics();
    }

    @Override
    public boolean append(ByteBuffer block, Outcome outcome) {
        boolean hasDevices = new BlockReader().wrap(block).hasDevices();
        return log.append(block, hasDevices ? new DefiningOutcome(block.duplicate(), outcome) : outcome);
    }

    @Override
    public long end() {
        return log.end();
    }

    @Override
    public LogReader read(String reader, long from) {
        return new BlockLogReader(log.read(reader, from));
    }

    @Override
    public LogReader tail() {
        return new BlockLogReader(log.tail());
    }

    @Override
    public synchronized DeviceDictionary devices() {
        DeviceDictionary copy = new DeviceDictionary();
        devices.all().forEach(copy::define);
        return copy;
    }

    @Override
    public void close() {
        log.close();
    }

    /** Takes the definitions of a durable block in before its buffer goes back to its owner. */
    private final class DefiningOutcome implements Outcome {

        private final ByteBuffer block;
        private final Outcome outcome;

        DefiningOutcome(ByteBuffer block, Outcome outcome) {
            this.block = block;
            this.outcome = outcome;
        }

        @Override
        public void onDurable(long position) {
            define(new BlockReader().wrap(block));
            outcome.onDurable(position);
        }

        @Override
        public void onFailed(IOException cause) {
            outcome.onFailed(cause);
        }
    }

    private static final class BlockLogReader implements LogReader {

        private final SegmentReader reader;
        private final BlockReader block = new BlockReader();

        BlockLogReader(SegmentReader reader) {
            this.reader = reader;
        }

        @Override
        public boolean next(long waitMillis) throws IOException, InterruptedException {
            if (!reader.next(waitMillis)) {
                return false;
            }
            block.wrap(reader.entry());
            return true;
        }

        @Override
        public BlockReader block() {
            return block;
        }

        @Override
        public long position() {
            return reader.position();
        }

        @Override
        public long nextPosition() {
            return reader.nextPosition();
        }

        @Override
        public long lag() {
            return reader.lag();
        }

        @Override
        public void release(long position) {
            reader.release(position);
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
