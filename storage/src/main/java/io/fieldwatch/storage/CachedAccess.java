package io.fieldwatch.storage;

import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.access.AccessList;
import io.fieldwatch.telemetry.access.AccessSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may publish, from memory. A thread asks the registry again and again whether anything has changed and keeps a copy
 * on local disk, from which a start without the database begins. A damaged copy is worth nothing: then nobody who must say
 * who he is gets in until the database has answered. Thread-safe.
 */
public final class CachedAccess implements AccessSource, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CachedAccess.class);
    private static final Duration STOP = Duration.ofSeconds(5);

    private final DeviceCredentials credentials;
    private final AccessFile file;
    private final Duration every;
    private final MetricSet<StorageMetric> metrics;
    private final Worker worker;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile AccessList current;
    private boolean isSaved = true;

    /**
     * Begins with what the file has.
     *
     * @param every how long it waits before it asks the database again, at most a second
     */
    public CachedAccess(DeviceCredentials credentials, Path file, Duration every, MetricSet<StorageMetric> metrics) {
        this.credentials = credentials;
        this.file = new AccessFile(file);
        this.every = every.toMillis() > 1000 ? Duration.ofSeconds(1) : every;
        this.metrics = metrics;
        this.current = fromFile();
        this.worker = new Worker("storage-access", new Refresh(), metrics);
        metrics.set(StorageMetric.CREDENTIALS, current.credentials().size());
    }

    public void start() {
        worker.start();
    }

    @Override
    public AccessList current() {
        return current;
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        worker.stop(STOP, () -> {});
    }

    private AccessList fromFile() {
        try {
            return file.read().orElse(AccessList.EMPTY);
        } catch (IOException e) {
            LOG.error("the copy of the credentials cannot be used; devices wait for the database: {}", e.getMessage());
            return new AccessList(-1, List.of());
        }
    }

    private final class Refresh implements Worker.Task {

        @Override
        public void doWork() throws Exception {
            @Nullable AccessList loaded = credentials.loadUnless(current.version());
            if (loaded != null) {
                take(loaded);
            }
            if (!isSaved) {
                save();
            }
            Thread.sleep(every.toMillis());
        }

        @Override
        public void recover(Exception failure) {
            // What is known stays in use.
        }

        @Override
        public void end() {
            // Nothing is held.
        }

        private void take(AccessList loaded) {
            current = loaded;
            metrics.set(StorageMetric.CREDENTIALS, loaded.credentials().size());
            LOG.info(
                    "{} may publish with credentials of their own",
                    loaded.credentials().size());
            isSaved = false;
            listeners.forEach(Runnable::run);
        }

        /** What cannot be written to disk is in use all the same; it is tried again until it is written. */
        private void save() {
            try {
                file.write(current);
                isSaved = true;
            } catch (IOException e) {
                LOG.error(
                        "the copy of the credentials cannot be written; a start without the database would have old ones",
                        e);
            }
        }
    }
}
