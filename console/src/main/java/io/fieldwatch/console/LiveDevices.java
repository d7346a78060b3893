package io.fieldwatch.console;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import io.fieldwatch.telemetry.Property;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every device said last, read from the log's tail by a thread of its own, so that it works while the database is
 * down. After a restart it knows all devices at once and their values as they come. Thread-safe.
 *
 * <p>Memory grows with the number of devices (about 68 bytes, and 16 for each property of its kind), not with the rate.
 * When it falls so far behind that the tail skips blocks it misses values, and says how far it is behind.
 */
public final class LiveDevices implements AutoCloseable {

    /** A device is silent when nothing came for so many of its kind's expected intervals. */
    public static final int SILENT_INTERVALS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(LiveDevices.class);
    private static final long WAIT_MILLIS = 200;
    private static final long RETRY_MILLIS = 1000;
    private static final long LEARN_AGAIN_NANOS = 1_000_000_000L;
    private static final long CLOSE_MILLIS = 5000;

    private final Catalogue catalogue;
    private final ObservationLog log;
    private final Clock clock;
    private final MetricSet<ConsoleMetric> metrics = new MetricSet<>(ConsoleMetric.class);
    private final DeviceDictionary dictionary = new DeviceDictionary();
    private final LastValues last = new LastValues();
    private final long startedMillis;
    private @Nullable Thread thread;
    private long learnedNanos;
    private volatile boolean closing;
    private volatile long currentMillis;

    public LiveDevices(Catalogue catalogue, ObservationLog log, Clock clock) {
        this.catalogue = catalogue;
        this.log = log;
        this.clock = clock;
        startedMillis = clock.wallMillis();
        currentMillis = startedMillis;
    }

    /** Everything that becomes durable from here on is taken in. Once. */
    public synchronized void start() {
        if (thread != null) {
            throw new IllegalStateException("the live view was started already");
        }
        LogReader tail = log.tail();
        learn();
        Thread reader = new Thread(() -> run(tail), "console-live-devices");
        reader.setDaemon(true);
        thread = reader;
        reader.start();
    }

    /** The console's figures, also those of the server that shows this view. */
    public MetricSet<ConsoleMetric> metrics() {
        return metrics;
    }

    /** How far the view is behind the log, in milliseconds: 0 to a few hundred when it keeps up. */
    public long ageMillis() {
        return Math.max(0, clock.wallMillis() - currentMillis);
    }

    /** One more than the highest device number. */
    public synchronized int size() {
        return dictionary.size();
    }

    /** Devices with numbers from {@code first} on, at most {@code max}, in the order of their numbers. */
    public synchronized List<LiveDevice> snapshot(int first, int max) {
        List<LiveDevice> devices = new ArrayList<>();
        for (int number = first; number < dictionary.size() && devices.size() < max; number++) {
            DeviceDefinition definition = dictionary.find(number);
            Kind kind = definition == null ? null : catalogue.kindOrNull(definition.kind());
            if (definition != null && kind != null) {
                devices.add(device(definition, kind, last.present(number)));
            }
        }
        return devices;
    }

    /** Devices of any kind with this external id. */
    public synchronized List<LiveDevice> find(String externalId) {
        List<LiveDevice> found = new ArrayList<>();
        for (Kind kind : catalogue.kinds()) {
            DeviceDefinition definition = dictionary.find(kind.number(), externalId);
            if (definition != null) {
                found.add(device(definition, kind, last.present(definition.number())));
            }
        }
        return found;
    }

    /** Devices that reported since they were last given here, the longest waiting first, with the values that came. */
    synchronized List<LiveDevice> takeChanged(int max) {
        List<LiveDevice> devices = new ArrayList<>();
        while (devices.size() < max && last.hasChanged()) {
            int number = last.nextChanged();
            long changed = last.takeChanged(number);
            DeviceDefinition definition = dictionary.find(number);
            Kind kind = definition == null ? null : catalogue.kindOrNull(definition.kind());
            if (definition != null && kind != null) {
                devices.add(device(definition, kind, changed));
            }
        }
        return devices;
    }

    private LiveDevice device(DeviceDefinition definition, Kind kind, long properties) {
        int number = definition.number();
        List<LiveDevice.Value> values = new ArrayList<>(Long.bitCount(properties));
        for (long left = properties; left != 0; left &= left - 1) {
            Property property = kind.propertyOrNull(Long.numberOfTrailingZeros(left));
            if (property != null) {
                values.add(new LiveDevice.Value(
                        property, last.bits(number, property.number()), last.bitsMicros(number, property.number())));
            }
        }
        long quietMillis = clock.wallMillis() - Math.max(startedMillis, last.seenMillis(number));
        long offlineMillis = last.offlineMillis(number);
        boolean silent = offlineMillis > 0 || quietMillis > silentAfterMillis(kind);
        return new LiveDevice(
                definition,
                kind,
                last.timeMicros(number),
                last.seenMillis(number),
                last.quality(number),
                offlineMillis,
                silent,
                values);
    }

    static long silentAfterMillis(Kind kind) {
        return SILENT_INTERVALS * kind.expectedInterval().toMillis();
    }

    private void run(LogReader first) {
        @Nullable LogReader tail = first;
        while (!closing) {
            try (LogReader reader = tail == null ? log.tail() : tail) {
                tail = null;
                follow(reader);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException | RuntimeException e) {
                metrics.add(ConsoleMetric.LIVE_FAILURES, 1);
                LOG.warn("the live view lost the log's tail and begins anew from its end", e);
                pause();
            }
        }
    }

    private void follow(LogReader reader) throws IOException, InterruptedException {
        while (!closing) {
            if (reader.next(WAIT_MILLIS)) {
                take(reader.block());
            }
            if (reader.lag() == 0) {
                currentMillis = clock.wallMillis();
            }
        }
    }

    private synchronized void take(BlockReader block) {
        long observations = 0;
        long unknown = 0;
        while (block.next()) {
            if (block.type() == BlockFormat.DEVICE) {
                dictionary.define(block.definition());
            } else if (block.type() == BlockFormat.OBSERVATION) {
                observations++;
                if (!take(block, catalogue.kindOrNull(block.kind()))) {
                    unknown++;
                }
            } else if (block.type() == BlockFormat.OFFLINE) {
                offline(block);
            }
        }
        metrics.add(ConsoleMetric.LIVE_OBSERVATIONS, observations);
        metrics.add(ConsoleMetric.LIVE_UNKNOWN, unknown);
        metrics.set(ConsoleMetric.LIVE_DEVICES, dictionary.size());
    }

    private boolean take(BlockReader block, @Nullable Kind kind) {
        DeviceDefinition definition = dictionary.find(block.device());
        if (definition == null && clock.nanos() - learnedNanos > LEARN_AGAIN_NANOS) {
            learn(); // the tail skipped the block that defined it
            definition = dictionary.find(block.device());
        }
        if (kind == null || definition == null || definition.kind() != kind.number()) {
            return false;
        }
        last.take(block, width(kind));
        return true;
    }

    private void offline(BlockReader block) {
        Kind kind = catalogue.kindOrNull(block.kind());
        if (kind != null) {
            last.offline(block.device(), width(kind), block.offline().timeMicros() / 1000);
        }
    }

    private synchronized void learn() {
        log.devices().all().forEach(dictionary::define);
        learnedNanos = clock.nanos();
        metrics.set(ConsoleMetric.LIVE_DEVICES, dictionary.size());
    }

    private static int width(Kind kind) {
        return kind.properties().get(kind.properties().size() - 1).number() + 1;
    }

    private void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing = true;
        }
    }

    /** Ends the thread. It is not interrupted: that would close the log's file under other readers' feet. */
    @Override
    public void close() {
        closing = true;
        Thread reader;
        synchronized (this) {
            reader = thread;
        }
        if (reader == null) {
            return;
        }
        try {
            reader.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
