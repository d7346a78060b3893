package io.fieldwatch.server;

import io.fieldwatch.simulator.ledger.LedgerCheck;
import io.fieldwatch.simulator.ledger.LedgerResult;
import io.fieldwatch.simulator.ledger.StoredCity;
import io.fieldwatch.storage.StoredObservation;
import io.fieldwatch.storage.StoredObservations;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Compares a ledger with a database: the simulator's check reads what storage streams. */
final class Verification {

    private Verification() {}

    /**
     * Runs the check.
     *
     * @throws IOException when the ledger or the database cannot be read
     */
    static LedgerResult run(Catalogue catalogue, Path ledger, StoredObservations stored) throws IOException {
        return LedgerCheck.run(ledger, catalogue, new Stored(stored));
    }

    private static final class Stored implements StoredCity {

        private final StoredObservations observations;

        Stored(StoredObservations observations) {
            this.observations = observations;
        }

        @Override
        public void rows(Kind kind, long fromMicros, long toMicros, RowConsumer consumer) throws IOException {
            try {
                observations.forEach(kind, instant(fromMicros), instant(toMicros + 1), row -> deliver(row, consumer));
            } catch (SQLException e) {
                throw new IOException("the database cannot be read: " + e.getMessage(), e);
            } catch (UncheckedIOException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        private static void deliver(StoredObservation row, RowConsumer consumer) {
            try {
                for (int copy = 0; copy < row.copies(); copy++) {
                    consumer.row(
                            row.externalId(),
                            row.timeMicros(),
                            property -> row.values().get(property.name()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Instant instant(long micros) {
            return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
        }
    }
}
