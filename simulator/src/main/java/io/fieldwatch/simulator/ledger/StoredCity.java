package io.fieldwatch.simulator.ledger;

import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What is stored, as the check reads it: a port, so that the check needs no database library. */
public interface StoredCity {

    /**
     * Hands over every stored row of a kind whose time is from {@code fromMicros} to {@code toMicros}, both inclusive, in
     * any order; a row that is stored twice is handed over twice.
     *
     * @throws IOException when what is stored cannot be read
     */
    void rows(Kind kind, long fromMicros, long toMicros, RowConsumer consumer) throws IOException;

    /** Takes rows one by one; a row's values are asked for only during the call. */
    interface RowConsumer {
        void row(String externalId, long timeMicros, RowValues values) throws IOException;
    }

    /** The columns of one row. */
    interface RowValues {
        /** As JDBC gives it: a {@link Number}, a {@link Boolean}, a {@link String} for a code, or null. */
        @Nullable
        Object value(Property property) throws IOException;
    }
}
