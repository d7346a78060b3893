package io.fieldwatch.storage;

import static io.fieldwatch.storage.Database.execute;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables and views that the catalogue asks for: one table per kind, one column per property, one view per kind that
 * joins the device. Only ever adds; whoever calls {@link #create} holds the migration lock.
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

    private record Column(String type, String comment) {}

    KindTables(Catalogue catalogue) {
        this.catalogue = catalogue;
        Set<String> tables = new HashSet<>(TAKEN_TABLES);
        for (Kind kind : catalogue.kinds()) {
            if (!tables.add(kind.table()) || !tables.add(view(kind))) {
                throw new IllegalArgumentException("kind " + kind + ": the table " + kind.table() + " or its view "
                        + view(kind) + " would collide with another");
            }
            Set<String> columns = new HashSet<>(TAKEN_COLUMNS);
            for (Property property : kind.properties()) {
                if (!columns.add(property.column())) {
                    throw new IllegalArgumentException("kind " + kind + ", property " + property.name()
                            + ": the column " + property.column() + " is taken");
                }
                if (property.column().getBytes(StandardCharsets.UTF_8).length > IDENTIFIER_BYTES_MAX) {
                    throw new IllegalArgumentException("kind " + kind + ", property " + property.name()
                            + ": the column's name would be longer than SQL's 63 bytes");
                }
            }
        }
    }

    void create(Connection connection, Edition edition) throws SQLException {
        for (Kind kind : catalogue.kinds()) {
            createTable(connection, kind);
            if (edition.hypertables()) {
                makeHypertable(connection, kind);
            } else {
                execute(
                        connection,
                        "CREATE INDEX IF NOT EXISTS " + Sql.quote(kind.table() + "_time") + " ON " + Sql.table(kind)
                                + " USING brin (time)");
            }
            addColumns(connection, kind);
            createView(connection, kind);
        }
    }

    private static void createTable(Connection connection, Kind kind) throws SQLException {
        execute(
                connection,
                "CREATE TABLE IF NOT EXISTS " + Sql.table(kind)
                        + " (time timestamptz NOT NULL, device_id int NOT NULL, "
                        + "quality smallint NOT NULL DEFAULT 0)");
        execute(
                connection,
                "CREATE UNIQUE INDEX IF NOT EXISTS " + Sql.quote(kind.table() + "_device_time") + " ON "
                        + Sql.table(kind) + " (device_id, time)");
    }

    private static void makeHypertable(Connection connection, Kind kind) throws SQLException {
        String sql = "SELECT 1 FROM timescaledb_information.hypertables WHERE hypertable_schema = 'fieldwatch'"
                + " AND hypertable_name = " + Sql.literal(kind.table());
        if (Database.one(connection, sql) != null) {
            return;
        }
        // Rows are there already when TimescaleDB came later than fieldwatch.
        execute(
                connection,
                "SELECT create_hypertable(" + Sql.literal(Sql.table(kind)) + ", 'time', "
                        + "chunk_time_interval => interval '1 day', create_default_indexes => false, "
                        + "if_not_exists => true, migrate_data => true)");
    }

    private static void addColumns(Connection connection, Kind kind) throws SQLException {
        Map<String, Column> present = columns(connection, kind.table());
        for (Property property : kind.properties()) {
            Column column = present.get(property.column());
            if (column == null) {
                execute(
                        connection,
                        "ALTER TABLE " + Sql.table(kind) + " ADD COLUMN IF NOT EXISTS " + Sql.quote(property.column())
                                + " " + property.type().sqlType());
            } else if (!column.type().equals(property.type().sqlType())) {
                throw new IllegalStateException("column " + kind.table() + "." + property.column() + " is "
                        + column.type() + " in the database, but the catalogue's " + property.name() + " needs "
                        + property.type().sqlType());
            }
            comment(connection, kind, property.column(), present, describe(property));
        }
        comment(connection, kind, "time", present, "When it was observed");
        comment(connection, kind, "device_id", present, "Which device, see fieldwatch.device");
        comment(
                connection,
                kind,
                "quality",
                present,
                "0 is good; 1 the time is the arrival's, 2 a value is out of range, 4 the device's clock is ahead; summed");
    }

    private static void comment(
            Connection connection, Kind kind, String column, Map<String, Column> present, String comment)
            throws SQLException {
        Column before = present.get(column);
        if (before == null || !before.comment().equals(comment)) {
            execute(
                    connection,
                    "COMMENT ON COLUMN " + Sql.table(kind) + "." + Sql.quote(column) + " IS " + Sql.literal(comment));
        }
    }

    private static String describe(Property property) {
        String unit = property.unit().isEmpty() ? "" : " [" + property.unit() + "]";
        String codes = property.codes().isEmpty() ? "" : ": " + String.join(", ", property.codes());
        return property.label().en() + " / " + property.label().vi() + unit + codes;
    }

    private static void createView(Connection connection, Kind kind) throws SQLException {
        // Properties come last and by number: a new one is appended, and the view can be replaced without losing
        // grants.
        List<String> wanted = new ArrayList<>(
                List.of("time", "kind", "external_id", "name", "area", "lat", "lon", "device_id", "quality"));
        kind.properties().forEach(property -> wanted.add(property.column()));
        String view = "fieldwatch." + Sql.quote(view(kind));
        if (wanted.equals(new ArrayList<>(columns(connection, view(kind)).keySet()))) {
            return;
        }
        String definition = " AS SELECT o.time, d.kind, d.external_id, d.name, d.area, d.lat, d.lon, o.device_id, "
                + "o.quality, " + Sql.each(kind.properties(), "o.%s") + " FROM " + Sql.table(kind)
                + " o JOIN fieldwatch.device d ON d.id = o.device_id";
        try {
            execute(connection, "CREATE OR REPLACE VIEW " + view + definition);
        } catch (SQLException e) {
            if (!CANNOT_CHANGE_VIEW.equals(e.getSQLState())) {
                throw e;
            }
            recreateView(connection, view, definition);
        }
    }

    /** In one transaction, so that nobody ever sees the view missing. */
    private static void recreateView(Connection connection, String view, String definition) throws SQLException {
        try {
            execute(connection, "BEGIN; DROP VIEW " + view + "; CREATE VIEW " + view + definition + "; COMMIT");
        } catch (SQLException e) {
            execute(connection, "ROLLBACK");
            if (!DEPENDENTS_EXIST.equals(e.getSQLState())) {
                throw e;
            }
            LOG.warn("The view {} keeps its old columns, because something depends on it: {}", view, e.getMessage());
        }
    }

    private static String view(Kind kind) {
        return kind.table() + "_named";
    }

    /** Of a table or view, in order. */
    private static Map<String, Column> columns(Connection connection, String relation) throws SQLException {
        String sql = "SELECT a.attname, format_type(a.atttypid, NULL), coalesce(col_description(c.oid, a.attnum), '')"
                + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a"
                + " ON a.attrelid = c.oid WHERE n.nspname = 'fieldwatch' AND c.relname = ? AND a.attnum > 0"
                + " AND NOT a.attisdropped ORDER BY a.attnum";
        Map<String, Column> columns = new LinkedHashMap<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, relation);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    columns.put(rows.getString(1), new Column(rows.getString(2), rows.getString(3)));
                }
            }
        }
        return columns;
    }
}
