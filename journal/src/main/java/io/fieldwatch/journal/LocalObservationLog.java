package io.fieldwatch.journal;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The observation log on local disk: a {@link SegmentLog} of blocks, and the device numbers of all blocks there ever
 * were. Definitions that would go with a trimmed segment are kept in {@code devices.snapshot}. Thread-safe.
 */
public final class LocalObservationLog implements ObservationLog {

    private static final Logger LOG = LoggerFactory.getLogger(LocalObservationLog.class);

    private final DeviceSnapshot snapshot;
    private final DeviceDictionary devices = new DeviceDictionary(); // guarded by itself
    private boolean snapshotLoaded;
    private long definitions;
    private long definitionsSaved = -1;
    private final SegmentLog log;

    private LocalObservationLog(JournalConfig config, Platform platform) throws IOException {
        snapshot = new DeviceSnapshot(config.directory());
        log = SegmentLog.open(config, this::saveDevices, this::recover, platform);
    }

    /**
     * Opens or makes the log in the directory; reads all of it, to know every device.
     *
     * @throws IOException as {@link SegmentLog#open}, also when a block does not make sense
     */
    public static LocalObservationLog open(JournalConfig config) throws IOException {
        return open(config, Platform.real());
    }

    static LocalObservationLog open(JournalConfig config, Platform platform) throws IOException {
        LocalObservationLog opened = new LocalObservationLog(config, platform);
        boolean sound = false;
        try {
            opened.loadSnapshot();
            opened.snapshot.require(opened.log.id(), opened.log.first());
            sound = true;
            return opened;
        } finally {
            if (!sound) {
                opened.close();
            }
        }
    }

    @Override
    public UUID id() {
        return log.id();
    }

    @Override
    public boolean accepting() {
        return log.accepting();
    }

    /** Why the log takes nothing any more; empty while the disk is well. */
    public Optional<IOException> failure() {
        return log.failure();
    }

    /** The first damage that a reader met since the log was opened. */
    public Optional<DamagedLogException> damage() {
        return log.damage();
    }

    /** How full the log is now. */
    public Budget budget() {
        return log.budget();
    }

    /** Whether the log does its work, for those who watch it. */
    public LogHealth health() {
        return log.health();
    }

    public MetricSet<JournalMetric> metrics() {
        return log.metrics();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException when the buffer is not a block, or gives a device number a second meaning
     */
    @Override
    public boolean append(ByteBuffer block, Outcome outcome) {
        BlockReader reader = new BlockReader().wrap(block);
        if (!reader.hasDevices()) {
            return log.append(block, outcome);
        }
        return log.append(block, new DefiningOutcome(definitions(reader), outcome));
    }

    @Override
    public long end() {
        return log.end();
    }

    /**
     * {@inheritDoc}
     *
     * @throws UncheckedIOException when the log does not hold what lies behind {@code from}; see {@link SegmentLog#read}
     */
    @Override
    public LogReader read(String reader, long from) {
        try {
            return new BlockLogReader(log.read(reader, from));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public LogReader tail() {
        return new BlockLogReader(log.tail());
    }

    @Override
    public DeviceDictionary devices() {
        synchronized (devices) {
            DeviceDictionary copy = new DeviceDictionary();
            devices.all().forEach(copy::define);
            return copy;
        }
    }

    @Override
    public void close() {
        log.close();
    }

    /** Called before a segment goes: a snapshot of all that is durable covers it. */
    private void saveDevices(SegmentScan trimmed) throws IOException {
        List<DeviceDefinition> all;
        long count;
        synchronized (devices) {
            if (definitions == definitionsSaved) {
                return;
            }
            all = devices.all();
            count = definitions;
        }
        snapshot.save(log.id(), all);
        synchronized (devices) {
            definitionsSaved = count;
        }
    }

    private void recover(long position, ByteBuffer entry) throws IOException {
        loadSnapshot();
        try {
            BlockReader reader = new BlockReader().wrap(entry);
            if (reader.hasDevices()) {
                define(definitions(reader));
            }
        } catch (IllegalStateException e) {
            throw new IOException("the block at " + position + " does not make sense: " + e.getMessage(), e);
        }
    }

    /** Not before the directory is locked, and before the first record, for records are newer. */
    private void loadSnapshot() throws IOException {
        if (!snapshotLoaded) {
            synchronized (devices) {
                snapshot.load(devices);
            }
            snapshotLoaded = true;
        }
    }

    private List<DeviceDefinition> definitions(BlockReader block) {
        List<DeviceDefinition> found = new ArrayList<>();
        while (block.next()) {
            if (block.type() == BlockFormat.DEVICE) {
                DeviceDefinition definition = block.definition();
                requireSameDevice(definition);
                found.add(definition);
            }
        }
        return found;
    }

    private void requireSameDevice(DeviceDefinition definition) {
        synchronized (devices) {
            DeviceDefinition known = devices.find(definition.number());
            if (known != null
                    && (known.kind() != definition.kind() || !known.externalId().equals(definition.externalId()))) {
                throw new IllegalStateException(
                        "device number " + definition.number() + " stands for " + known + " and now for " + definition);
            }
        }
    }

    private void define(List<DeviceDefinition> found) {
        synchronized (devices) {
            for (DeviceDefinition definition : found) {
                if (devices.define(definition)) {
                    definitions++;
                }
            }
        }
    }

    /** Takes definitions into the dictionary as soon as they are durable, before their block is acknowledged. */
    private final class DefiningOutcome implements Outcome {

        private final List<DeviceDefinition> found;
        private final Outcome outcome;

        DefiningOutcome(List<DeviceDefinition> found, Outcome outcome) {
            this.found = found;
            this.outcome = outcome;
        }

        @Override
        public void onDurable(long position) {
            try {
                define(found);
            } catch (IllegalStateException e) {
                LOG.error("the block at {} gives a device number a second meaning", position, e);
            }
            outcome.onDurable(position);
        }

        @Override
        public void onFailed(IOException cause) {
            outcome.onFailed(cause);
        }
    }
}
