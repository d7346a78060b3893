package io.fieldwatch.bench;

import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.ObservationStore;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.storage.StorageMetric;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.MetricSet;
import java.time.Duration;
import java.util.List;

/** The engine's own writer brings a {@link Backlog} into an empty database, as after the database has been away. */
final class Drain {

    private static final Duration WAIT_MAX = Duration.ofHours(2);

    private Drain() {}

    /**
     * What a drain took.
     *
     * @param cost time, processor time and bytes
     * @param retries transactions given up and tried again
     * @param rssMax resident memory at the most, in MB
     * @param rssMinAfterWarmUp the same at the least, once a tenth was stored
     * @param rssAtTenths the same at each tenth of the way
     */
    record Result(Measurement cost, long retries, int rssMax, int rssMinAfterWarmUp, List<Integer> rssAtTenths) {}

    /** From the start of the writer until everything is stored. The database has never seen this backlog. */
    static Result run(Backlog backlog, long rows, ScratchDatabase scratch) throws Exception {
        StorageConfig config = StorageConfig.of(scratch.url());
        MetricSet<StorageMetric> metrics = new MetricSet<>(StorageMetric.class);
        Catalogue catalogue = Catalogue.builtIn();
        long end = backlog.log().end();
        try (Database database = new Database(config, catalogue)) {
            database.migrate();
            try (ObservationStore store = new ObservationStore(config, database, backlog.log(), catalogue, metrics);
                    MemoryWatch memory = new MemoryWatch(() -> (double) store.storedPosition() / end)) {
                Measurement cost = Meter.measure(scratch, rows, () -> {
                    store.start();
                    if (!store.awaitStored(end, WAIT_MAX)) {
                        throw new IllegalStateException("not everything was stored within " + WAIT_MAX);
                    }
                });
                return new Result(
                        cost,
                        metrics.get(StorageMetric.RETRIES),
                        memory.maxMegabytes(),
                        memory.minAfterWarmUpMegabytes(),
                        memory.atTenthsMegabytes());
            }
        }
    }
}
