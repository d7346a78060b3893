package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Quality;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns records, fed in the order of the log, into changes of conditions. The same records give the same changes: time
 * comes from observations and ticks only. One thread at a time; an observation that changes nothing allocates nothing.
 *
 * <p>Per rule and device a condition is normal, pending on since a time, active, or pending off since a time. Late and
 * suspect observations change nothing; a suspect one also stops the delays until the next good one, for nobody knows
 * what the process does meanwhile.
 */
final class Evaluator {

    /**
     * Ticks further apart mean that nobody was listening, not that all devices were silent: silence then counts from
     * the later tick. Else each restart would raise an alert per device.
     */
    static final long DEAF_AFTER_MICROS = 60_000_000;

    private final List<Rule> rules;
    private final Watch[][] watchesByKind;
    private final Consumer<ConditionChange> changes;
    final Conditions conditions = new Conditions();

    long lastTickMicros = Conditions.NEVER;
    long listeningSinceMicros = Conditions.NEVER;

    private long observed;
    private long late;
    private long suspect;
    private long unknown;

    Evaluator(Catalogue catalogue, RuleSet rules, Consumer<ConditionChange> changes) {
        this.rules = rules.rules();
        this.changes = changes;
        int highest = catalogue.kinds().stream().mapToInt(Kind::number).max().orElse(0);
        watchesByKind = new Watch[highest + 1][];
        for (int number = 0; number <= highest; number++) {
            Kind kind = catalogue.kindOrNull(number);
            watchesByKind[number] = kind == null ? new Watch[0] : Watch.of(kind, this.rules);
        }
    }

    /** In the order of {@link Watch#ruleIndex}. */
    List<Rule> rules() {
        return rules;
    }

    /** What watches devices of a kind; nothing when the catalogue does not know the kind. */
    Watch[] watching(int kind) {
        return kind < watchesByKind.length ? watchesByKind[kind] : new Watch[0];
    }

    boolean knows(int device) {
        return conditions.watches(device) != null;
    }

    /** Takes in a device, or its new area. */
    void define(DeviceDefinition device) {
        Watch @Nullable [] watches = conditions.watches(device.number());
        if (watches == null) {
            conditions.register(device.number(), device.kind(), watching(device.kind()), device.area());
            return;
        }
        if (!device.described()) {
            return;
        }
        int slot = conditions.firstSlot[device.number()];
        for (Watch watch : watches) {
            boolean covers = watch.rule().head().covers(device.area());
            if (conditions.covered[slot] && !covers) {
                leave(watch, slot, device.number());
            }
            conditions.covered[slot] = covers;
            slot++;
        }
    }

    /** Makes a condition active that was so under another log. */
    void adopt(int device, Rule rule, long raisedMicros, double value) {
        Watch @Nullable [] watches = conditions.watches(device);
        int slot = conditions.firstSlot[device];
        for (Watch watch : watches == null ? new Watch[0] : watches) {
            if (watch.rule().equals(rule)) {
                conditions.state[slot] = Conditions.ACTIVE;
                conditions.raisedMicros[slot] = raisedMicros;
                conditions.newestMicros[slot] = raisedMicros;
                conditions.value[slot] = value;
            }
            slot++;
        }
    }

    /** The observation the reader stands on. */
    void observe(BlockReader observation) {
        int device = observation.device();
        Watch @Nullable [] watches = conditions.watches(device);
        if (watches == null) {
            unknown++;
            return;
        }
        observed++;
        long arrivalMicros = observation.arrivalMillis() * 1000;
        conditions.heardMicros[device] = arrivalMicros;
        boolean wasLate = false;
        boolean wasSuspect = false;
        int slot = conditions.firstSlot[device];
        for (Watch watch : watches) {
            Limit limit = watch.limit();
            if (limit == null) {
                heard(watch, slot, device, arrivalMicros);
            } else if (conditions.covered[slot] && watch.isPresent(observation)) {
                if (observation.timeMicros() <= conditions.newestMicros[slot]) {
                    wasLate = true;
                } else if (Quality.suspect(observation.quality())) {
                    wasSuspect = true;
                    conditions.frozen[slot] = true;
                } else {
                    compare(watch, limit, slot, device, observation.timeMicros(), watch.value(observation));
                }
            }
            slot++;
        }
        late += wasLate ? 1 : 0;
        suspect += wasSuspect ? 1 : 0;
    }

    /** Wall time has come this far. */
    void tick(long nowMicros) {
        if (lastTickMicros == Conditions.NEVER || nowMicros - lastTickMicros > DEAF_AFTER_MICROS) {
            listeningSinceMicros = nowMicros;
        }
        lastTickMicros = nowMicros;
        for (int device = 0; device < conditions.devices; device++) {
            Watch @Nullable [] watches = conditions.watches[device];
            if (watches == null) {
                continue;
            }
            int slot = conditions.firstSlot[device];
            for (Watch watch : watches) {
                if (conditions.covered[slot]) {
                    if (watch.limit() == null) {
                        listen(watch, slot, device, nowMicros);
                    } else if (!conditions.frozen[slot]) {
                        expire(watch, slot, device, nowMicros);
                    }
                }
                slot++;
            }
        }
    }

    private void compare(Watch watch, Limit limit, int slot, int device, long timeMicros, double value) {
        if (Double.isNaN(value)) {
            return;
        }
        conditions.newestMicros[slot] = timeMicros;
        conditions.frozen[slot] = false;
        conditions.value[slot] = value;
        switch (conditions.state[slot]) {
            case Conditions.NORMAL -> {
                if (limit.violatedBy(value)) {
                    conditions.state[slot] = Conditions.PENDING_ON;
                    conditions.sinceMicros[slot] = timeMicros;
                    expire(watch, slot, device, timeMicros);
                }
            }
            case Conditions.PENDING_ON -> {
                if (limit.violatedBy(value)) {
                    expire(watch, slot, device, timeMicros);
                } else {
                    conditions.state[slot] = Conditions.NORMAL;
                }
            }
            case Conditions.ACTIVE -> {
                if (limit.clearedBy(value)) {
                    conditions.state[slot] = Conditions.PENDING_OFF;
                    conditions.sinceMicros[slot] = timeMicros;
                    expire(watch, slot, device, timeMicros);
                }
            }
            default -> {
                if (limit.clearedBy(value)) {
                    expire(watch, slot, device, timeMicros);
                } else {
                    conditions.state[slot] = Conditions.ACTIVE;
                }
            }
        }
    }

    /** Completes a pending change when its delay is over at the time. */
    private void expire(Watch watch, int slot, int device, long nowMicros) {
        byte state = conditions.state[slot];
        if (state == Conditions.PENDING_ON) {
            long over = conditions.sinceMicros[slot] + watch.onDelayMicros();
            if (nowMicros >= over) {
                raise(watch, slot, device, over);
            }
        } else if (state == Conditions.PENDING_OFF) {
            long over = conditions.sinceMicros[slot] + watch.offDelayMicros();
            if (nowMicros >= over) {
                clear(watch, slot, device, over);
            }
        }
    }

    private void heard(Watch watch, int slot, int device, long arrivalMicros) {
        if (conditions.state[slot] == Conditions.ACTIVE) {
            clear(watch, slot, device, arrivalMicros);
        }
    }

    private void listen(Watch watch, int slot, int device, long nowMicros) {
        long heardMicros = conditions.heardMicros[device];
        if (heardMicros == Conditions.NEVER || conditions.state[slot] != Conditions.NORMAL) {
            return;
        }
        long over = Math.max(heardMicros, listeningSinceMicros) + watch.onDelayMicros();
        if (nowMicros > over) {
            conditions.value[slot] = Double.NaN;
            raise(watch, slot, device, over);
        }
    }

    private void raise(Watch watch, int slot, int device, long timeMicros) {
        conditions.state[slot] = Conditions.ACTIVE;
        conditions.raisedMicros[slot] = timeMicros;
        changes.accept(new ConditionChange(watch, device, true, timeMicros, timeMicros, conditions.value[slot]));
    }

    private void clear(Watch watch, int slot, int device, long timeMicros) {
        conditions.state[slot] = Conditions.NORMAL;
        changes.accept(new ConditionChange(
                watch, device, false, conditions.raisedMicros[slot], timeMicros, conditions.value[slot]));
    }

    /** The device has moved out of the rule's area. */
    private void leave(Watch watch, int slot, int device) {
        byte state = conditions.state[slot];
        if (state == Conditions.ACTIVE || state == Conditions.PENDING_OFF) {
            clear(watch, slot, device, Math.max(conditions.raisedMicros[slot], conditions.newestMicros[slot]));
        }
        conditions.state[slot] = Conditions.NORMAL;
    }

    /** Hands over what was counted since the last call. */
    void drainCounts(Counts counts) {
        counts.take(observed, late, suspect, unknown);
        observed = 0;
        late = 0;
        suspect = 0;
        unknown = 0;
    }

    /** Where counts go. */
    interface Counts {
        void take(long observed, long late, long suspect, long unknown);
    }
}
