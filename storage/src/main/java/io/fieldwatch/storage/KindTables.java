package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables and views that the catalogue asks for: one table per kind, one column per property, one view per kind that
 * joins the device, two with figures. Only ever adds to a table; takes no lock where there is nothing to change. Whoever
 * calls {@link #create} holds the migration lock.
 */
final class KindTables {

    private static final Logger LOG = LoggerFactory.getLogger(KindTables.class);

    private static final Set<String> TAKEN_TABLES =
            Set.of("device", "quarantine", "log_position", "alert", "alert_event", "notification", "schema_history");
    /** The columns every table and view has beside the properties'. */
    private static final Set<String> TAKEN_COLUMNS =
            Set.of("time", "device_id", "quality", "kind", "external_id", "name", "area", "lat", "lon", "row_number");

    private static final int IDENTIFIER_BYTES_MAX = 63;
    private static final String CANNOT_CHANGE_VIEW = "42P16";
    private static final String DEPENDENTS_EXIST = "2BP01";

    private final Catalogue catalogue;
    private final SchemaOptions options;

    /** @throws IllegalArgumentException when the catalogue has names that SQL cannot have */
    KindTables(Catalogue catalogue, SchemaOptions options) {
        this.catalogue = catalogue;
        this.options = options;
        Set<String> tables = new HashSet<>(TAKEN_TABLES);
        for (Kind kind : catalogue.kinds()) {
            for (String relation : relations(kind)) {
                if (!tables.add(relation)) {
                    throw new IllegalArgumentException(
                            "kind " + kind + ": its table or view " + relation + " would collide with another");
                }
            }
            Set<String> columns = new HashSet<>(TAKEN_COLUMNS);
            for (Property property : kind.properties()) {
                if (!columns.add(property.column())) {
                    throw new IllegalArgumentException("kind " + kind + ", property " + property.name()
                            + ": the column " + property.column() + " is taken");
                }
                int bytes = property.column().getBytes(StandardCharsets.UTF_8).length;
                if (bytes > IDENTIFIER_BYTES_MAX - Rollup.COLUMN_SUFFIX_MAX) {
                    throw new IllegalArgumentException("kind " + kind + ", property " + property.name()
                            + ": the names of its columns would be longer than SQL's 63 bytes");
                }
            }
        }
    }

    void create(Ddl ddl, TableLayout layout) throws SQLException {
        for (Kind kind : catalogue.kinds()) {
            createTables(ddl, kind, layout.edition());
            try {
                createExtras(ddl, kind, layout.edition());
            } catch (SQLException e) {
                if (Database.connectionLost(e)) {
                    throw e;
                }
                LOG.warn(
                        "Kind {}: its hourly and daily figures or its jobs could not be set up, the next start tries"
                                + " again; observations are stored: {}",
                        kind,
                        e.getMessage());
            }
        }
    }

    /** What observations need. */
    void createTables(Ddl ddl, Kind kind, Edition edition) throws SQLException {
        createTable(ddl, kind);
        switch (edition) {
            case PLAIN -> {
                makeUnique(ddl, kind);
                makeTimeIndex(ddl, kind);
            }
            case TIMESCALE_APACHE -> {
                makeHypertable(ddl, kind);
                makeUnique(ddl, kind);
            }
            case TIMESCALE_COMMUNITY -> {
                makeHypertable(ddl, kind);
                makeColumnstore(ddl, kind);
            }
        }
        addColumns(ddl, kind);
        createView(ddl, kind);
    }

    /** What a city can do without: when it fails, observations are stored all the same. */
    void createExtras(Ddl ddl, Kind kind, Edition edition) throws SQLException {
        if (edition == Edition.TIMESCALE_COMMUNITY) {
            Columnstore.policy(kind, options).put(ddl);
            OldRows.policy("fieldwatch", kind.table(), options).put(ddl);
        }
        Rollups.put(ddl, kind, edition, options);
    }

    /** Looks before it asks: even a statement that finds nothing to do would wait for a lock, and others for it. */
    private static boolean exists(Ddl ddl, String relation) throws SQLException {
        return ddl.one("SELECT to_regclass(" + Sql.literal("fieldwatch." + Sql.quote(relation)) + ")") != null;
    }

    private static void createTable(Ddl ddl, Kind kind) throws SQLException {
        if (!exists(ddl, kind.table())) {
            ddl.run("CREATE TABLE IF NOT EXISTS " + Sql.table(kind)
                    + " (time timestamptz NOT NULL, device_id int NOT NULL, quality smallint NOT NULL DEFAULT 0)");
        }
    }

    private void makeHypertable(Ddl ddl, Kind kind) throws SQLException {
        String sql = "SELECT 1 FROM timescaledb_information.hypertables WHERE hypertable_schema = 'fieldwatch'"
                + " AND hypertable_name = " + Sql.literal(kind.table());
        if (ddl.one(sql) == null) {
            // Rows are there already when TimescaleDB came later than fieldwatch.
            ddl.run("SELECT create_hypertable(" + Sql.literal(Sql.table(kind)) + ", 'time', chunk_time_interval => "
                    + Sql.interval(options.chunkInterval())
                    + ", create_default_indexes => false, if_not_exists => true, migrate_data => true)");
        }
    }

    private static void makeTimeIndex(Ddl ddl, Kind kind) throws SQLException {
        String index = kind.table() + "_time";
        if (!exists(ddl, index)) {
            ddl.run("CREATE INDEX IF NOT EXISTS " + Sql.quote(index) + " ON " + Sql.table(kind) + " USING brin (time)");
        }
    }

    private static void makeUnique(Ddl ddl, Kind kind) throws SQLException {
        if (!exists(ddl, uniqueIndex(kind))) {
            ddl.run("CREATE UNIQUE INDEX IF NOT EXISTS " + Sql.quote(uniqueIndex(kind)) + " ON " + Sql.table(kind)
                    + " (device_id, time)");
        }
    }

    /**
     * A unique index would keep COPY out of the columnstore, so it goes, also from a table of another edition. The index
     * in its place serves what is in rows: small batches, and late observations until they are merged.
     */
    private static void makeColumnstore(Ddl ddl, Kind kind) throws SQLException {
        if (!exists(ddl, index(kind))) {
            ddl.run("CREATE INDEX IF NOT EXISTS " + Sql.quote(index(kind)) + " ON " + Sql.table(kind)
                    + " (device_id, time)");
        }
        if (exists(ddl, uniqueIndex(kind))) {
            ddl.run("DROP INDEX IF EXISTS fieldwatch." + Sql.quote(uniqueIndex(kind)));
        }
        if (ddl.one(Columnstore.isEnabled(kind)) == null) {
            ddl.run(Columnstore.enable(kind));
        }
    }

    private static void addColumns(Ddl ddl, Kind kind) throws SQLException {
        Map<String, Ddl.Column> present = ddl.columns(kind.table());
        for (Property property : kind.properties()) {
            Ddl.Column column = present.get(property.column());
            if (column == null) {
                ddl.run("ALTER TABLE " + Sql.table(kind) + " ADD COLUMN IF NOT EXISTS " + Sql.quote(property.column())
                        + " " + property.type().sqlType());
            } else if (!column.type().equals(property.type().sqlType())) {
                throw new IllegalStateException("column " + kind.table() + "." + property.column() + " is "
                        + column.type() + " in the database, but the catalogue's " + property.name() + " needs "
                        + property.type().sqlType());
            }
            comment(ddl, kind, property.column(), present, describe(property));
        }
        comment(ddl, kind, "time", present, "When it was observed");
        comment(ddl, kind, "device_id", present, "Which device, see fieldwatch.device");
        comment(
                ddl,
                kind,
                "quality",
                present,
                "0 is good; 1 the time is the arrival's, 2 a value is out of range, 4 the device's clock is ahead; summed");
    }

    private static void comment(Ddl ddl, Kind kind, String column, Map<String, Ddl.Column> present, String comment)
            throws SQLException {
        Ddl.Column before = present.get(column);
        if (before == null || !before.comment().equals(comment)) {
            ddl.run("COMMENT ON COLUMN " + Sql.table(kind) + "." + Sql.quote(column) + " IS " + Sql.literal(comment));
        }
    }

    private static String describe(Property property) {
        String unit = property.unit().isEmpty() ? "" : " [" + property.unit() + "]";
        String codes = property.codes().isEmpty() ? "" : ": " + String.join(", ", property.codes());
        return property.label().en() + " / " + property.label().vi() + unit + codes;
    }

    private static void createView(Ddl ddl, Kind kind) throws SQLException {
        // Properties come last and by number: a new one is appended, and the view can be replaced without losing
        // grants.
        List<String> wanted = new ArrayList<>(
                List.of("time", "kind", "external_id", "name", "area", "lat", "lon", "device_id", "quality"));
        kind.properties().forEach(property -> wanted.add(property.column()));
        String view = "fieldwatch." + Sql.quote(view(kind));
        if (wanted.equals(new ArrayList<>(ddl.columns(view(kind)).keySet()))) {
            return;
        }
        String definition = " AS SELECT o.time, d.kind, d.external_id, d.name, d.area, d.lat, d.lon, o.device_id, "
                + "o.quality, " + Sql.each(kind.properties(), "o.%s") + " FROM " + Sql.table(kind)
                + " o JOIN fieldwatch.device d ON d.id = o.device_id";
        try {
            ddl.run("CREATE OR REPLACE VIEW " + view + definition);
        } catch (SQLException e) {
            if (!CANNOT_CHANGE_VIEW.equals(e.getSQLState())) {
                throw e;
            }
            recreateView(ddl, view, definition);
        }
    }

    /** In one transaction, so that nobody ever sees the view missing. */
    private static void recreateView(Ddl ddl, String view, String definition) throws SQLException {
        try {
            ddl.runTogether("DROP VIEW " + view, "CREATE VIEW " + view + definition);
        } catch (SQLException e) {
            if (!DEPENDENTS_EXIST.equals(e.getSQLState())) {
                throw e;
            }
            LOG.warn("The view {} keeps its old columns, because something depends on it: {}", view, e.getMessage());
        }
    }

    private static List<String> relations(Kind kind) {
        return List.of(
                kind.table(),
                view(kind),
                kind.table() + Rollup.Grain.HOURLY.suffix(),
                kind.table() + Rollup.Grain.DAILY.suffix());
    }

    private static String view(Kind kind) {
        return kind.table() + "_named";
    }

    private static String uniqueIndex(Kind kind) {
        return kind.table() + "_device_time";
    }

    private static String index(Kind kind) {
        return kind.table() + "_by_device";
    }
}
