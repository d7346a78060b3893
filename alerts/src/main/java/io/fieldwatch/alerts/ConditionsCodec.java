package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.Kind;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes an evaluator's state into a checkpoint and reads it back under rules that may have changed since: a condition
 * is kept when a rule with the same id and definition still watches the device's kind.
 *
 * <pre>
 * last tick, listening since
 * rules:    count, then id and fingerprint of each (texts)
 * devices:  count, then of each: number less that of the one before, kind number, whether it was heard and if so when,
 *           count of slots, then of each slot:
 *             index of its rule
 *             one byte: bits 0-1 state, 2 covered, 3 frozen, 4 something was observed
 *             when observed: time of the newest less that of the last tick
 *             when not normal: since and raised, less the last tick, and the value as a double
 * </pre>
 *
 * <p>See {@link Wire} for integers and texts.
 */
final class ConditionsCodec {

    private static final int MAX = Integer.MAX_VALUE;
    private static final int RULES_MAX = 100_000;
    private static final int STATE = 3;
    private static final int COVERED = 1 << 2;
    private static final int FROZEN = 1 << 3;
    private static final int OBSERVED = 1 << 4;

    private final Evaluator evaluator;
    private final Conditions conditions;

    ConditionsCodec(Evaluator evaluator) {
        this.evaluator = evaluator;
        conditions = evaluator.conditions;
    }

    void write(DataOutput out) throws IOException {
        Wire.writeInteger(out, evaluator.lastTickMicros);
        Wire.writeInteger(out, evaluator.listeningSinceMicros);
        Wire.writeInteger(out, evaluator.rules().size());
        for (Rule rule : evaluator.rules()) {
            Wire.writeText(out, rule.id());
            Wire.writeText(out, AlertIds.fingerprint(rule));
        }
        int registered = 0;
        for (int device = 0; device < conditions.devices; device++) {
            registered += conditions.watches[device] == null ? 0 : 1;
        }
        Wire.writeInteger(out, registered);
        int before = 0;
        for (int device = 0; device < conditions.devices; device++) {
            Watch @Nullable [] watches = conditions.watches[device];
            if (watches != null) {
                Wire.writeInteger(out, device - before);
                before = device;
                writeDevice(out, device, watches);
            }
        }
    }

    private void writeDevice(DataOutput out, int device, Watch[] watches) throws IOException {
        boolean heard = conditions.heardMicros[device] != Conditions.NEVER;
        Wire.writeInteger(out, conditions.kind[device]);
        out.writeBoolean(heard);
        if (heard) {
            writeTime(out, conditions.heardMicros[device]);
        }
        Wire.writeInteger(out, watches.length);
        int slot = conditions.firstSlot[device];
        for (Watch watch : watches) {
            Wire.writeInteger(out, watch.ruleIndex());
            writeSlot(out, slot);
            slot++;
        }
    }

    private void writeSlot(DataOutput out, int slot) throws IOException {
        boolean observed = conditions.newestMicros[slot] != Conditions.NEVER;
        out.writeByte(conditions.state[slot]
                | (conditions.covered[slot] ? COVERED : 0)
                | (conditions.frozen[slot] ? FROZEN : 0)
                | (observed ? OBSERVED : 0));
        if (observed) {
            writeTime(out, conditions.newestMicros[slot]);
        }
        if (conditions.state[slot] != Conditions.NORMAL) {
            writeTime(out, conditions.sinceMicros[slot]);
            writeTime(out, conditions.raisedMicros[slot]);
            out.writeDouble(conditions.value[slot]);
        }
    }

    private void writeTime(DataOutput out, long micros) throws IOException {
        Wire.writeInteger(out, micros - evaluator.lastTickMicros);
    }

    /**
     * Fills an evaluator that has seen nothing yet.
     *
     * @param devices for the areas of devices that new rules watch
     */
    void read(DataInput in, DeviceDictionary devices) throws IOException {
        evaluator.lastTickMicros = Wire.readInteger(in);
        evaluator.listeningSinceMicros = Wire.readInteger(in);
        int[] ruleIndexes = readRules(in);
        int device = 0;
        for (int left = Wire.readCount(in, MAX); left > 0; left--) {
            device += Wire.readCount(in, MAX - device);
            int kind = Wire.readCount(in, Kind.NUMBER_MAX);
            DeviceDefinition known = devices.find(device);
            conditions.register(device, kind, evaluator.watching(kind), known == null ? null : known.area());
            if (in.readBoolean()) {
                conditions.heardMicros[device] = readTime(in);
            }
            for (int slots = Wire.readCount(in, MAX); slots > 0; slots--) {
                readSlot(in, slot(device, ruleIndexes[Wire.readCount(in, ruleIndexes.length - 1)]));
            }
        }
    }

    /** For each rule written, its index among the rules now; -1 when it is no more or is another one. */
    private int[] readRules(DataInput in) throws IOException {
        int[] indexes = new int[Wire.readCount(in, RULES_MAX)];
        for (int i = 0; i < indexes.length; i++) {
            String id = Wire.readText(in);
            String fingerprint = Wire.readText(in);
            indexes[i] = -1;
            for (int now = 0; now < evaluator.rules().size(); now++) {
                Rule rule = evaluator.rules().get(now);
                if (rule.id().equals(id) && AlertIds.fingerprint(rule).equals(fingerprint)) {
                    indexes[i] = now;
                }
            }
        }
        return indexes;
    }

    private int slot(int device, int ruleIndex) {
        int slot = conditions.firstSlot[device];
        Watch @Nullable [] watches = conditions.watches[device];
        for (Watch watch : watches == null ? new Watch[0] : watches) {
            if (watch.ruleIndex() == ruleIndex) {
                return slot;
            }
            slot++;
        }
        return -1;
    }

    /** Reads a condition into a slot; into none when the slot is negative. */
    private void readSlot(DataInput in, int slot) throws IOException {
        int bits = in.readByte();
        byte state = (byte) (bits & STATE);
        long newest = (bits & OBSERVED) == 0 ? Conditions.NEVER : readTime(in);
        long since = state == Conditions.NORMAL ? 0 : readTime(in);
        long raised = state == Conditions.NORMAL ? 0 : readTime(in);
        double value = state == Conditions.NORMAL ? 0 : in.readDouble();
        if (slot >= 0) {
            conditions.state[slot] = state;
            conditions.covered[slot] = (bits & COVERED) != 0;
            conditions.frozen[slot] = (bits & FROZEN) != 0;
            conditions.newestMicros[slot] = newest;
            conditions.sinceMicros[slot] = since;
            conditions.raisedMicros[slot] = raised;
            conditions.value[slot] = value;
        }
    }

    private long readTime(DataInput in) throws IOException {
        return evaluator.lastTickMicros + Wire.readInteger(in);
    }
}
