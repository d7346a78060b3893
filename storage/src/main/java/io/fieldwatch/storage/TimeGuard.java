package io.fieldwatch.storage;

import io.fieldwatch.telemetry.RejectReason;
import org.jspecify.annotations.Nullable;

/**
 * Which times may be stored, seen from an observation's arrival: a device with a wrong clock must not make a chunk for each
 * of its ideas of what day it is. Arrival and not now, so that a log read again gives the same rows.
 */
final class TimeGuard {

    private final long pastMicros;
    private final long futureMicros;

    TimeGuard(StorageConfig config) {
        pastMicros = config.retention().toMillis() * 1_000;
        futureMicros = config.futureMax().toMillis() * 1_000;
    }

    /** Null when the time may be stored. */
    @Nullable
    RejectReason refusal(long timeMicros, long arrivalMillis) {
        long arrivalMicros = arrivalMillis * 1_000;
        if (timeMicros > arrivalMicros + futureMicros) {
            return RejectReason.TIME_IN_FUTURE;
        }
        return timeMicros < arrivalMicros - pastMicros ? RejectReason.TIME_TOO_OLD : null;
    }
}
