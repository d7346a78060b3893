package io.fieldwatch.storage;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a writer of observations must know about the tables it finds.
 *
 * @param edition what the tables were set up for
 * @param uniqueIdentity whether a unique index on (device_id, time) refuses a second row of one observation; without it
 *     nobody but the writer keeps rows apart
 * @param columnstoreAfter observations older than this are late: their chunks have been turned into columns
 * @param copySettings statements for a session, once, before its first COPY of a large batch
 * @param rowCopySettings statements for a transaction, before a COPY of late rows or of fewer than
 *     {@link #DIRECT_ROWS_MIN}: they go into the row store, and the columnstore policy merges them later in one go
 */
public record TableLayout(
        Edition edition,
        boolean uniqueIdentity,
        Duration columnstoreAfter,
        List<String> copySettings,
        List<String> rowCopySettings) {

    /** The columnstore's batches have this many rows; a smaller COPY would leave it with small ones. */
    public static final int DIRECT_ROWS_MIN = 1_000;

    public TableLayout {
        copySettings = List.copyOf(copySettings);
        rowCopySettings = List.copyOf(rowCopySettings);
    }

    /** @param timescale null for plain PostgreSQL */
    static TableLayout of(@Nullable Timescale timescale, SchemaOptions options) {
        if (timescale == null) {
            return new TableLayout(Edition.PLAIN, true, options.columnstoreAfter(), List.of(), List.of());
        }
        Edition edition = timescale.edition();
        return new TableLayout(
                edition,
                edition != Edition.TIMESCALE_COMMUNITY,
                options.columnstoreAfter(),
                Columnstore.copySettings(timescale),
                Columnstore.rowCopySettings(timescale));
    }
}
