package io.fieldwatch.telemetry;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * The values of one module's metrics. Thread-safe; adding is cheap under contention, so count per block.
 */
public final class MetricSet<E extends Enum<E> & Metric> {

    private final Map<E, LongAdder> values;

    public MetricSet(Class<E> type) {
        values = new EnumMap<>(type);
        for (E metric : type.getEnumConstants()) {
            values.put(metric, new LongAdder());
        }
    }

    public Set<E> metrics() {
        return values.keySet();
    }

    public void add(E metric, long amount) {
        adder(metric).add(amount);
    }

    /** For gauges that one thread owns. */
    public void set(E metric, long value) {
        LongAdder adder = adder(metric);
        adder.add(value - adder.sum());
    }

    public long get(E metric) {
        return adder(metric).sum();
    }

    private LongAdder adder(E metric) {
        return Objects.requireNonNull(values.get(metric));
    }
}
