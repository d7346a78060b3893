package io.fieldwatch.journal;

import io.fieldwatch.telemetry.MetricSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an alert of what a reader could not read while the log runs: a metric, one ERROR line for each place however
 * often a reader tries it, and the reason why the log is not well. It stays until the log is opened again. Thread-safe.
 */
final class DamageAlarm {

    private static final Logger LOG = LoggerFactory.getLogger(DamageAlarm.class);
    private static final int PLACES_MAX = 1000;

    private final String name;
    private final MetricSet<JournalMetric> metrics;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();
    private volatile @Nullable DamagedLogException first;

    DamageAlarm(String name, MetricSet<JournalMetric> metrics) {
        this.name = name;
        this.metrics = metrics;
    }

    /** Answers what it is given, to be thrown. */
    DamagedLogException raise(DamagedLogException damage) {
        if (reported.size() < PLACES_MAX && reported.add(damage.file() + " " + damage.position())) {
            LOG.error(
                    "the log {} is damaged; who reads there cannot go on, and what was durable may be lost: {}",
                    name,
                    damage.getMessage());
            synchronized (this) {
                if (first == null) {
                    first = damage;
                    metrics.set(JournalMetric.DAMAGED, 1);
                }
            }
        }
        return damage;
    }

    Optional<DamagedLogException> first() {
        return Optional.ofNullable(first);
    }
}
