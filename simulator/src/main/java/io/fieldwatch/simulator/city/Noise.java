package io.fieldwatch.simulator.city;

/**
 * Repeatable noise without state: the same arguments give the same value on every machine and in any order of asking,
 * which is what lets a payload be a pure function of seed, device and time. Values are in [-1, 1].
 */
final class Noise {

    private final long seed;

    Noise(long seed) {
        this.seed = seed;
    }

    /** Noise that wanders: random values every {@code periodMicros}, joined by a smooth step. */
    double smooth(int device, int channel, long timeMicros, long periodMicros) {
        long step = Math.floorDiv(timeMicros, periodMicros);
        double part = (double) Math.floorMod(timeMicros, periodMicros) / periodMicros;
        double ease = part * part * (3 - 2 * part);
        double from = at(device, channel, step);
        return from + (at(device, channel, step + 1) - from) * ease;
    }

    /** A value of its own for every {@code index}. */
    double at(int device, int channel, long index) {
        long hash = mix(mix(mix(seed ^ (device * 0x9E3779B97F4A7C15L)) + channel) + index);
        return (hash >> 11) * 0x1p-52;
    }

    /** The device's own constant in [0, 1]. */
    double trait(int device, int channel) {
        return (at(device, channel, Long.MIN_VALUE) + 1) / 2;
    }

    /** The finaliser of SplitMix64. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
