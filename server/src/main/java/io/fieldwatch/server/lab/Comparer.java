package io.fieldwatch.server.lab;

import io.fieldwatch.simulator.ledger.LedgerCheck;
import io.fieldwatch.simulator.ledger.LedgerResult;
import io.fieldwatch.telemetry.Catalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Compares the ledger with what is stored, once the engine says that it has stored everything. What then seems to be
 * missing is waited for, until nothing more comes.
 */
final class Comparer {

    private static final String LAG = "fieldwatch_storage_lag_bytes";
    private static final String DATABASE_UP = "fieldwatch_database_up";
    private static final Duration STORED_WITHIN = Duration.ofSeconds(60);
    private static final Duration SETTLED_AFTER = Duration.ofSeconds(3);
    private static final long LOOK_MILLIS = 100;
    /** The clock's ticks keep the log growing, and a figure may be an old one. */
    private static final int ZEROS = 2;

    private final Path ledger;
    private final Catalogue catalogue;
    private final String url;
    private final Watcher watcher;

    Comparer(Path ledger, Catalogue catalogue, String url, Watcher watcher) {
        this.ledger = ledger;
        this.catalogue = catalogue;
        this.url = url;
        this.watcher = watcher;
    }

    /**
     * Nothing may be published meanwhile.
     *
     * @return empty when the engine ended before it had stored everything
     */
    Optional<Comparison> compare(EngineProcess engine) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STORED_WITHIN.toNanos();
        @Nullable LedgerResult before = null;
        while (true) {
            if (!awaitNoLag(engine, deadline)) {
                return Optional.empty();
            }
            try (StoredSnapshot snapshot = new StoredSnapshot(url)) {
                LedgerResult now = LedgerCheck.run(ledger, catalogue, snapshot);
                boolean settled = now.lost() == 0 || (before != null && before.stored() == now.stored());
                if (settled || System.nanoTime() - deadline >= 0) {
                    return Optional.of(new Comparison(
                            now, snapshot.alerts(), snapshot.alertsDoubled(), watcher.vanished(), watcher.example()));
                }
                before = now;
            }
            Thread.sleep(SETTLED_AFTER.toMillis());
        }
    }

    /** Also goes on when the time is over: what is missing then is lost. */
    private static boolean awaitNoLag(EngineProcess engine, long deadline) throws InterruptedException {
        int zeros = 0;
        while (zeros < ZEROS && System.nanoTime() - deadline < 0) {
            if (!engine.alive()) {
                return false;
            }
            boolean zero = is(0, engine.metric(LAG)) && is(1, engine.metric(DATABASE_UP));
            zeros = zero ? zeros + 1 : 0;
            Thread.sleep(LOOK_MILLIS);
        }
        return engine.alive();
    }

    private static boolean is(double expected, OptionalDouble figure) {
        return figure.isPresent() && figure.getAsDouble() == expected;
    }
}
