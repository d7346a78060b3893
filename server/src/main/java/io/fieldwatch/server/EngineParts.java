package io.fieldwatch.server;

import io.fieldwatch.journal.JournalConfig;
import io.fieldwatch.journal.LocalObservationLog;
import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.ObservationStore;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.storage.StorageMetric;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;

/**
 * How an engine comes by the parts that exactly once hangs on. Production has only {@link #STANDARD}; a test puts a part
 * with a deliberate fault in, to see that the fault is found.
 */
interface EngineParts {

    EngineParts STANDARD = new EngineParts() {};

    /** Opens the observation log, as {@link LocalObservationLog#open}. */
    default LocalObservationLog observationLog(JournalConfig config) throws IOException {
        return LocalObservationLog.open(config);
    }

    /** What devices' observations are appended to. */
    default ObservationLog intakeLog(LocalObservationLog log) {
        return log;
    }

    /** What brings the log into the database. */
    default ObservationStore observationStore(
            StorageConfig config,
            Database database,
            ObservationLog log,
            Catalogue catalogue,
            MetricSet<StorageMetric> metrics) {
        return new ObservationStore(config, database, log, catalogue, metrics);
    }
}
