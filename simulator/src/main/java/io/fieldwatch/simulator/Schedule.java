package io.fieldwatch.simulator;

import io.fieldwatch.simulator.city.CityDevice;
import java.util.List;

/**
 * When each observation of one gateway is made and sent: open loop, so nothing that happens to the network moves it.
 *
 * <p>Observations of the whole city are numbered; number n is made at start + n / rate by device n modulo all devices,
 * in its round n divided by all devices. A device sends every {@code batch} rounds; devices take turns in which round,
 * so that messages are as even as observations. Not thread-safe.
 */
final class Schedule {

    private final List<CityDevice> devices;
    private final int allDevices;
    private final double rate;
    private final int batch;
    private final long startWallMicros;
    private final double durationNanos;
    private long round;
    private int next;

    /**
     * @param devices of this gateway, ascending by index
     * @param startWallMicros wall time of the city's start
     */
    Schedule(List<CityDevice> devices, SimulationConfig config, long startWallMicros) {
        this.devices = devices;
        this.allDevices = config.devices();
        this.rate = config.rate();
        this.batch = config.batch();
        this.startWallMicros = startWallMicros;
        this.durationNanos = config.duration() == null
                ? Double.POSITIVE_INFINITY
                : config.duration().toNanos();
        skipToSender();
    }

    int batch() {
        return batch;
    }

    /** Nanoseconds from start to when the next message is due; {@link Long#MAX_VALUE} after the last. */
    long dueNanos() {
        double due = number(round, devices.get(next)) / rate * 1e9;
        return due >= durationNanos ? Long.MAX_VALUE : (long) due;
    }

    /** The next message's device and times. */
    Due take() {
        CityDevice device = devices.get(next);
        long first = Math.max(0, round - batch + 1);
        long[] times = new long[(int) (round - first + 1)];
        for (int i = 0; i < times.length; i++) {
            times[i] = timeMicros(first + i, device);
        }
        advance();
        skipToSender();
        return new Due(device, times);
    }

    private long timeMicros(long ofRound, CityDevice device) {
        long micros = startWallMicros + (long) (number(ofRound, device) / rate * 1e6);
        // whole milliseconds only where they keep the device's times apart
        boolean slow = allDevices / rate >= 0.002;
        return device.stampsEpochMillis() && slow ? micros - Math.floorMod(micros, 1000L) : micros;
    }

    private double number(long ofRound, CityDevice device) {
        return (double) ofRound * allDevices + device.index();
    }

    private void skipToSender() {
        while ((round + devices.get(next).index()) % batch != batch - 1) {
            advance();
        }
    }

    private void advance() {
        next++;
        if (next == devices.size()) {
            next = 0;
            round++;
        }
    }

    /** One message's content. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once
    record Due(CityDevice device, long[] timesMicros) {}
}
