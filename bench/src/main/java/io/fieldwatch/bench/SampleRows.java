package io.fieldwatch.bench;

import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Quality;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;

/**
 * Observations in the order in which a log has them: 10,000 devices in no order of their numbers, each with one
 * observation every ten seconds, all six values present. Row n is the same in every round, and nothing is kept of it,
 * so that any number of rows needs no memory. Immutable.
 */
final class SampleRows {

    static final int DEVICES = 10_000;
    /** All of its six columns are numbers or booleans. */
    static final Kind KIND = Catalogue.builtIn().kind("camera").orElseThrow();

    private static final long STEP_MICROS = 10_000_000L / DEVICES;
    private static final long SEED = 20261123;
    private static final int PROPERTIES = KIND.properties().size();

    private final long count;
    private final long startMicros;
    private final int[] deviceAt = new int[DEVICES];

    /** @param startMicros time of the first row */
    SampleRows(long count, long startMicros) {
        this.count = count;
        this.startMicros = startMicros;
        Random random = new Random(SEED);
        for (int i = 0; i < DEVICES; i++) {
            int other = random.nextInt(i + 1);
            deviceAt[i] = deviceAt[other];
            deviceAt[other] = i;
        }
    }

    /** From two o'clock yesterday on: no row is in the future, and 70 million lie in one day's chunk. */
    static SampleRows ofYesterday(long count) {
        Instant start = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(22, ChronoUnit.HOURS);
        return new SampleRows(count, ChronoUnit.MICROS.between(Instant.EPOCH, start));
    }

    long count() {
        return count;
    }

    int device(long row) {
        return deviceAt[(int) (row % DEVICES)];
    }

    long timeMicros(long row) {
        return startMicros + row * STEP_MICROS;
    }

    /** What the property with that number measured; of a boolean, whether it is at least one half. */
    double value(long row, int property) {
        long bits = mix(row * PROPERTIES + property);
        return switch (KIND.properties().get(property).type()) {
            case BOOLEAN -> bits >>> 63;
            case INTEGER -> bits >>> 54;
            default -> (bits >>> 11) * 0x1p-53;
        };
    }

    DeviceDefinition definition(int device) {
        return DeviceDefinition.undescribed(device, KIND.number(), "camera-" + device);
    }

    /** Writes a row into the open block, its arrival being its time; false when it does not fit. */
    boolean write(long row, BlockWriter block) {
        block.begin(KIND.number(), device(row));
        for (int property = 0; property < PROPERTIES; property++) {
            double value = value(row, property);
            switch (KIND.properties().get(property).type()) {
                case BOOLEAN -> block.setBoolean(property, value >= 0.5);
                case INTEGER -> block.setInteger(property, (long) value);
                default -> block.setNumber(property, value);
            }
        }
        long time = timeMicros(row);
        return block.commit(time, time / 1000, Quality.GOOD);
    }

    /** SplitMix64, by Steele, Lea and Flood. */
    private static long mix(long n) {
        long z = n * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
