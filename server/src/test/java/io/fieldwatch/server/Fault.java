package io.fieldwatch.server;

import io.fieldwatch.journal.FaultyLogs;
import io.fieldwatch.journal.JournalConfig;
import io.fieldwatch.journal.LocalObservationLog;
import io.fieldwatch.server.lab.Verdict;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;

/** Bad disks, on which an engine must lose nothing, and deliberate bugs, which the lab must find. */
enum Fault implements EngineParts {

    /** A disk that loses what is not forced when the process ends. */
    UNFORCED_IS_LOST(Finding.NOTHING) {
        @Override
        public LocalObservationLog observationLog(JournalConfig config) throws IOException {
            return FaultyLogs.losingUnforced(config);
        }
    },

    /** A disk whose force fails once. */
    FORCE_FAILS(Finding.NOTHING) {
        @Override
        public LocalObservationLog observationLog(JournalConfig config) throws IOException {
            return FaultyLogs.failingForce(config, NTH_FORCE, false);
        }
    },

    ACKNOWLEDGES_BEFORE_FORCE(Finding.LOST) {
        @Override
        public LocalObservationLog observationLog(JournalConfig config) throws IOException {
            return FaultyLogs.losingUnforced(config);
        }

        @Override
        public ObservationLog intakeLog(LocalObservationLog log) {
            return new HastyLog(log);
        }
    },

    SWALLOWS_FAILED_FORCE(Finding.LOST) {
        @Override
        public LocalObservationLog observationLog(JournalConfig config) throws IOException {
            return FaultyLogs.failingForce(config, NTH_FORCE, true);
        }
    };

    /** A few groups after the devices have come back. */
    private static final int NTH_FORCE = 10;

    final Finding finding;

    Fault(Finding finding) {
        this.finding = finding;
    }

    /** What the lab must find. */
    enum Finding {
        NOTHING,
        LOST,
        DUPLICATED;

        static Finding of(Verdict verdict) {
            if (verdict.clean()) {
                return NOTHING;
            }
            return verdict.lost() > 0 ? LOST : DUPLICATED;
        }
    }
}
