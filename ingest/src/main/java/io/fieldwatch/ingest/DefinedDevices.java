package io.fieldwatch.ingest;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;

/**
 * Which devices are defined in the run of blocks that one decoder writes, and the ones that the payload at hand has defined,
 * so that this can be taken back with it. Belongs to one thread.
 */
final class DefinedDevices {

    private final DeviceNumbers devices;
    private final BitSet defined;
    private int[] now = new int[16];
    private int nowCount;

    DefinedDevices(DeviceNumbers devices) {
        this.devices = devices;
        this.defined = devices.durable();
    }

    /** A payload begins. */
    void begin() {
        nowCount = 0;
    }

    /** The number of a device, which its topic remembers where the topic names it; less than 0 when there is no room. */
    int number(TopicRoute route, String id) {
        int kind = Objects.requireNonNull(route.kind()).number();
        if (route.device() == null) {
            return devices.number(kind, id);
        }
        if (route.deviceNumber < 0) {
            route.deviceNumber = devices.number(kind, id);
        }
        return route.deviceNumber;
    }

    boolean has(int number) {
        return defined.get(number);
    }

    /** The device's record is in the block. */
    void add(int number) {
        if (defined.get(number)) {
            return;
        }
        defined.set(number);
        if (nowCount == now.length) {
            now = Arrays.copyOf(now, nowCount * 2);
        }
        now[nowCount++] = number;
    }

    /** What the payload had defined is gone from the block. */
    void undo() {
        for (int i = 0; i < nowCount; i++) {
            defined.clear(now[i]);
        }
        nowCount = 0;
    }
}
