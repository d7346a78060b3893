package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads back what was stored, to be checked against a ledger. Thread-safe; memory does not grow with the table. */
public final class StoredObservations {

    private static final int FETCH_ROWS = 5_000;

    private final DataSource dataSource;

    public StoredObservations(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** How many rows a kind has. */
    public long count(Kind kind) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            String count = Database.one(connection, "SELECT count(*) FROM " + Sql.table(kind));
            return count == null ? 0 : Long.parseLong(count);
        }
    }

    /**
     * Streams one kind's observations from (inclusive) to (exclusive), ordered by the external id's UTF-8 bytes and then
     * by time, as of one instant. Takes as long as it takes: no query timeout.
     *
     * @throws SQLException when the database cannot answer; what was delivered until then is incomplete
     */
    public void forEach(Kind kind, Instant from, Instant to, Consumer<StoredObservation> consumer) throws SQLException {
        String sql = "SELECT d.external_id, o.time, o.quality, " + Sql.each(kind.properties(), "o.%s") + " FROM "
                + Sql.table(kind) + " o JOIN fieldwatch.device d ON d.id = o.device_id WHERE o.time >= ? AND o.time < ?"
                + " ORDER BY d.external_id COLLATE \"C\", o.time";
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false); // a cursor, instead of everything at once
            connection.setNetworkTimeout(Runnable::run, 0);
            Database.execute(connection, "SET LOCAL statement_timeout = 0");
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                query.setFetchSize(FETCH_ROWS);
                query.setObject(1, from.atOffset(ZoneOffset.UTC));
                query.setObject(2, to.atOffset(ZoneOffset.UTC));
                try (ResultSet rows = query.executeQuery()) {
                    deliver(kind, rows, consumer);
                }
            }
            connection.rollback();
        }
    }

    /** Rows of one identity come one behind the other and are delivered as one. */
    private static void deliver(Kind kind, ResultSet rows, Consumer<StoredObservation> consumer) throws SQLException {
        @Nullable StoredObservation held = null;
        while (rows.next()) {
            StoredObservation row = read(kind, rows);
            if (held != null
                    && held.timeMicros() == row.timeMicros()
                    && held.externalId().equals(row.externalId())) {
                held = new StoredObservation(
                        held.externalId(), held.timeMicros(), held.quality(), held.values(), held.copies() + 1);
            } else {
                if (held != null) {
                    consumer.accept(held);
                }
                held = row;
            }
        }
        if (held != null) {
            consumer.accept(held);
        }
    }

    private static StoredObservation read(Kind kind, ResultSet row) throws SQLException {
        Map<String, Object> values = new LinkedHashMap<>();
        int column = 4;
        for (Property property : kind.properties()) {
            Object value = switch (property.type()) {
                case NUMBER -> row.getDouble(column);
                case INTEGER -> row.getLong(column);
                case BOOLEAN -> row.getBoolean(column);
                case CODE -> row.getString(column);
            };
            if (!row.wasNull()) {
                values.put(property.name(), value);
            }
            column++;
        }
        long timeMicros = Sql.micros(row.getObject(2, OffsetDateTime.class));
        return new StoredObservation(row.getString(1), timeMicros, row.getInt(3), values, 1);
    }
}
