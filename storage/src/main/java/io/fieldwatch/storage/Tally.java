package io.fieldwatch.storage;

import io.fieldwatch.telemetry.MetricSet;

/** What one transaction did; counted only when it is known to be committed. */
final class Tally {

    long stored;
    long duplicates;
    long conflicts;
    long outOfTime;
    long unstorable;
    long quarantined;

    /** Makes this one equal to another. */
    void set(Tally other) {
        stored = other.stored;
        duplicates = other.duplicates;
        conflicts = other.conflicts;
        outOfTime = other.outOfTime;
        unstorable = other.unstorable;
        quarantined = other.quarantined;
    }

    Tally copy() {
        Tally copy = new Tally();
        copy.set(this);
        return copy;
    }

    void addTo(MetricSet<StorageMetric> metrics) {
        metrics.add(StorageMetric.ROWS_STORED, stored);
        metrics.add(StorageMetric.DUPLICATES, duplicates);
        metrics.add(StorageMetric.CONFLICTS, conflicts);
        metrics.add(StorageMetric.OUT_OF_TIME, outOfTime);
        metrics.add(StorageMetric.UNSTORABLE, unstorable);
        metrics.add(StorageMetric.QUARANTINED, quarantined);
        metrics.add(StorageMetric.BATCHES, 1);
    }
}
