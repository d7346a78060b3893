package io.fieldwatch.server;

import static io.fieldwatch.server.lab.KillPoint.Call.ACKNOWLEDGEMENT;
import static io.fieldwatch.server.lab.KillPoint.Call.JOURNAL_FORCE;
import static io.fieldwatch.server.lab.KillPoint.Call.JOURNAL_FORCED;
import static io.fieldwatch.server.lab.KillPoint.Call.JOURNAL_WRITE;

import io.fieldwatch.journal.FaultyLogs;
import io.fieldwatch.journal.JournalConfig;
import io.fieldwatch.journal.LocalObservationLog;
import io.fieldwatch.server.lab.KillPoint;
import io.fieldwatch.server.lab.Verdict;
import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.FaultyStores;
import io.fieldwatch.storage.ObservationStore;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.storage.StorageMetric;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.util.List;

/**
 * What an engine is tried with: bad disks and connections, on which it must lose and double nothing, and deliberate bugs,
 * which the lab must find.
 */
enum Fault {

    /** A disk that loses what is not forced when the process ends. */
    UNFORCED_IS_LOST(Finding.NOTHING, disk(FaultyLogs::losingUnforced), JOURNAL_FORCE, JOURNAL_FORCED),

    /** A disk whose force fails. */
    FORCE_FAILS(Finding.NOTHING, disk(config -> FaultyLogs.failingForce(config, Fault.NTH_FORCE, false))),

    /** The answer to every second commit is lost. */
    ANSWERS_LOST(Finding.NOTHING, store(FaultyStores.LOST_ANSWERS)),

    ACKNOWLEDGES_BEFORE_FORCE(Finding.LOST, new HastyIntake(), JOURNAL_FORCE, ACKNOWLEDGEMENT),

    SWALLOWS_FAILED_FORCE(
            Finding.LOST, disk(config -> FaultyLogs.failingForce(config, Fault.NTH_FORCE, true)), JOURNAL_WRITE),

    WRITES_POSITION_APART(Finding.LOST, store(FaultyStores.POSITION_APART)),

    DROPS_LAST_BATCH(Finding.LOST, store(FaultyStores.LAST_BATCH_DROPPED)),

    TAKES_EVERYTHING_FOR_NEW(Finding.DUPLICATED, store(FaultyStores.DEDUPE_OFF), JOURNAL_FORCED),

    RETRIES_BLINDLY(Finding.DUPLICATED, store(FaultyStores.BLIND_RETRY));

    /** A few groups after the devices have come back. */
    private static final int NTH_FORCE = 10;

    final Finding finding;
    final EngineParts parts;
    /** Where the engine is killed, in turns: near the fault. Empty for at any time. */
    final List<KillPoint.Call> calls;

    Fault(Finding finding, EngineParts parts, KillPoint.Call... calls) {
        this.finding = finding;
        this.parts = parts;
        this.calls = List.of(calls);
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

    private interface Opener {
        LocalObservationLog open(JournalConfig config) throws IOException;
    }

    private static EngineParts disk(Opener opener) {
        return new EngineParts() {
            @Override
            public LocalObservationLog observationLog(JournalConfig config) throws IOException {
                return opener.open(config);
            }
        };
    }

    private static EngineParts store(FaultyStores stores) {
        return new EngineParts() {
            @Override
            public ObservationStore observationStore(
                    StorageConfig config,
                    Database database,
                    ObservationLog log,
                    Catalogue catalogue,
                    MetricSet<StorageMetric> metrics) {
                return stores.store(config, database, log, catalogue, metrics);
            }
        };
    }

    private static final class HastyIntake implements EngineParts {

        @Override
        public LocalObservationLog observationLog(JournalConfig config) throws IOException {
            return FaultyLogs.losingUnforced(config);
        }

        @Override
        public ObservationLog intakeLog(LocalObservationLog log) {
            return new HastyLog(log);
        }
    }
}
