package io.fieldwatch.storage;

import io.fieldwatch.telemetry.MetricSet;

/**
 * Makes the parts of a store that exactly once hangs on. Open to tests that make one of them wrong, to prove that the crash
 * lab notices.
 */
class StoreSteps {

    /** Windows that may be open at once, about: 54 MB with 16 identities each. */
    private static final int DEVICES_MAX = 200_000;

    IdentityWindows windows(StorageConfig config) {
        return new IdentityWindows(config.identities(), DEVICES_MAX);
    }

    /** One for each writing thread. */
    BatchWriter writer(
            Database database, DeviceRegistry registry, LogPositions positions, MetricSet<StorageMetric> metrics) {
        return new BatchWriter(database, registry, positions, metrics);
    }
}
