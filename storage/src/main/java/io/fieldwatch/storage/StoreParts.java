package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** What the gatherer and the writers of one {@link ObservationStore} share. */
final class StoreParts {

    /** One being filled and one ready, so that no writer waits for the gatherer. */
    private static final int BATCHES_BESIDE_WRITERS = 2;

    private final StorageConfig config;
    private final Catalogue catalogue;
    private final Database database;
    private final CopyConnections connections;
    private final LogPositions positions;
    private final DeviceRegistry registry;
    private final IdentityWindows windows;
    private final StoredTimes storedTimes;
    private final BatchesInFlight inFlight;
    private final List<CopyLane> lanes = new ArrayList<>();

    StoreParts(
            StorageConfig config,
            Database database,
            ObservationLog log,
            Catalogue catalogue,
            StoreSteps steps,
            LongConsumer progress) {
        this.config = config;
        this.catalogue = catalogue;
        this.database = database;
        connections = new CopyConnections(database, config.writers(), log.id());
        positions = new LogPositions(log.id(), ObservationStore.READER);
        registry = new DeviceRegistry(catalogue);
        windows = steps.windows(config);
        storedTimes = new StoredTimes(catalogue, registry, windows);
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < config.writers() + BATCHES_BESIDE_WRITERS; i++) {
            batches.add(new Batch(catalogue, config));
        }
        inFlight = new BatchesInFlight(batches, progress);
    }

    void startLanes(StoreSteps steps, MetricSet<StorageMetric> metrics) {
        for (int number = 1; number <= config.writers(); number++) {
            CopyLane lane = new CopyLane(
                    number,
                    connections,
                    inFlight,
                    steps.writer(database, registry, positions, metrics),
                    tally -> tally.addTo(metrics));
            lanes.add(lane);
            lane.start();
        }
    }

    void cutLanes() {
        lanes.forEach(CopyLane::cut);
    }

    List<CopyLane> lanes() {
        return lanes;
    }

    StorageConfig config() {
        return config;
    }

    Database database() {
        return database;
    }

    CopyConnections connections() {
        return connections;
    }

    LogPositions positions() {
        return positions;
    }

    DeviceRegistry registry() {
        return registry;
    }

    IdentityWindows windows() {
        return windows;
    }

    StoredTimes storedTimes() {
        return storedTimes;
    }

    BatchesInFlight inFlight() {
        return inFlight;
    }

    RecordSorter sorter(RecordSorter.WindowOpener opener) {
        return new RecordSorter(catalogue, registry, windows, opener, config);
    }
}
