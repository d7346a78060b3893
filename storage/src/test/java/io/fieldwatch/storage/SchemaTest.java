package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.CatalogueFile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
final class SchemaTest {

    private static final String ONE_KIND = """
            version: 1
            kinds:
              - number: 1
                name: water-level
                vi: "Mực nước"
                en: "Water level"
                expectedInterval: 60s
                properties:
                  - {number: 0, name: level, type: number, unit: "m", min: 0, max: 10, vi: "Mực nước", en: "Level"}
            """;
    private static final String ONE_MORE_PROPERTY =
            ONE_KIND + "      - {number: 1, name: \"on\", type: boolean, vi: \"Bật\", en: \"On\"}\n";

    private final TestDatabases server;

    @AutoClose
    private TestDatabase database;

    SchemaTest(TestDatabases server) {
        this.server = server;
    }

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
    }

    @Test
    void migratesTwiceToTheSameSchema() throws Exception {
        migrate(Catalogue.builtIn());
        List<String> first = schema();
        migrate(Catalogue.builtIn());

        assertThat(schema()).isEqualTo(first);
        assertThat(first).contains("traffic_flow|average_vehicle_speed|double precision", "camera|on|boolean");
    }

    @Test
    void doesAMigrationAgainThatACrashLeftWithoutItsRecord() throws Exception {
        migrate(Catalogue.builtIn());
        List<String> first = schema();
        List<String> versions = database.rows("SELECT version FROM fieldwatch.schema_history"
                + " WHERE version IS NOT NULL ORDER BY installed_rank DESC");

        for (String version : versions) { // the last one, then the last two, and so on
            database.execute("DELETE FROM fieldwatch.schema_history WHERE version::int >= " + version);
            migrate(Catalogue.builtIn());
        }

        assertThat(schema()).isEqualTo(first);
    }

    @Test
    void takesADatabaseWhoseMigrationsHadOtherChecksums() throws Exception {
        migrate(Catalogue.builtIn());
        database.execute("UPDATE fieldwatch.schema_history SET checksum = 1 WHERE version IS NOT NULL");

        assertThat(migrate(Catalogue.builtIn())).isNotNull();
    }

    @Test
    void knowsTheEdition() throws Exception {
        Edition edition = migrate(Catalogue.builtIn());

        if (server == TestDatabases.EMBEDDED) {
            assertThat(edition).isEqualTo(Edition.PLAIN);
            assertThat(database.rows("SELECT indexname FROM pg_indexes WHERE tablename = 'traffic_flow'"))
                    .containsExactlyInAnyOrder("traffic_flow_device_time", "traffic_flow_time");
        } else {
            String license = database.rows("SELECT current_setting('timescaledb.license')")
                    .get(0);
            assertThat(edition)
                    .isEqualTo(license.equals("apache") ? Edition.TIMESCALE_APACHE : Edition.TIMESCALE_COMMUNITY);
            assertThat(database.number("SELECT count(*) FROM timescaledb_information.hypertables"
                            + " WHERE hypertable_schema = 'fieldwatch'"))
                    .isEqualTo(Catalogue.builtIn().kinds().size());
            assertThat(database.rows("SELECT time_interval FROM timescaledb_information.dimensions"
                            + " WHERE hypertable_name = 'traffic_flow'"))
                    .containsExactly("1 day");
        }
    }

    @Test
    void addsAColumnForANewPropertyAndKeepsRowsAndGrants() throws Exception {
        migrate(CatalogueFile.parse("kinds.yaml", ONE_KIND));
        database.execute(
                "INSERT INTO fieldwatch.device (kind, external_id, name) VALUES ('water-level', 'r1', 'Suối')");
        database.execute("INSERT INTO fieldwatch.water_level (time, device_id, level) VALUES ('2026-11-23Z', 1, 1.5)");
        database.execute("GRANT SELECT ON fieldwatch.water_level_named TO public");

        migrate(CatalogueFile.parse("kinds.yaml", ONE_MORE_PROPERTY));

        assertThat(database.rows(
                        "SELECT kind, external_id, name, level, \"on\", quality FROM fieldwatch.water_level_named"))
                .containsExactly("water-level|r1|Suối|1.5|null|0");
        assertThat(database.rows("SELECT has_table_privilege('public', 'fieldwatch.water_level_named', 'SELECT')"))
                .containsExactly("t");
        assertThat(database.rows("SELECT col_description('fieldwatch.water_level'::regclass, attnum) FROM pg_attribute"
                        + " WHERE attrelid = 'fieldwatch.water_level'::regclass AND attname = 'level'"))
                .containsExactly("Level / Mực nước [m]");
    }

    @Test
    void makesTheViewAnewWhenItsColumnsChangedPlaces() throws Exception {
        migrate(CatalogueFile.parse("kinds.yaml", ONE_MORE_PROPERTY));
        String reordered = ONE_MORE_PROPERTY.replace("{number: 0, name: level", "{number: 2, name: level");
        migrate(CatalogueFile.parse("kinds.yaml", reordered));

        assertThat(database.rows("SELECT column_name FROM information_schema.columns"
                        + " WHERE table_name = 'water_level_named' ORDER BY ordinal_position DESC LIMIT 2"))
                .containsExactly("level", "on");
    }

    @Test
    void refusesATableThatContradictsTheCatalogue() throws Exception {
        migrate(CatalogueFile.parse("kinds.yaml", ONE_KIND));
        String changed = ONE_KIND.replace("type: number", "type: boolean");

        assertThatThrownBy(() -> migrate(CatalogueFile.parse("kinds.yaml", changed)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("water_level.level is double precision");
    }

    @Test
    void refusesAPropertyWhoseColumnIsTaken() {
        Catalogue catalogue = CatalogueFile.parse("kinds.yaml", ONE_KIND.replace("name: level", "name: externalId"));

        assertThatThrownBy(() -> new Database(StorageConfig.of(database.url()), catalogue))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("external_id");
    }

    @Test
    void severalStartsAtOnceDoNotDisturbEachOther() throws Exception {
        List<CompletableFuture<Edition>> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return migrate(Catalogue.builtIn());
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (CompletableFuture<Edition> start : starts) {
            assertThat(start.get()).isNotNull();
        }
        assertThat(schema()).contains("traffic_flow|average_vehicle_speed|double precision");
    }

    @Test
    void takesPlainTablesOverWhenTimescaleComesLater() throws Exception {
        assumeThat(server).isNotEqualTo(TestDatabases.EMBEDDED);
        migrate(CatalogueFile.parse("kinds.yaml", ONE_KIND));
        database.execute("DROP TABLE fieldwatch.water_level CASCADE");
        database.execute("CREATE TABLE fieldwatch.water_level (time timestamptz NOT NULL, device_id int NOT NULL,"
                + " level double precision, quality smallint NOT NULL DEFAULT 0)");
        database.execute("INSERT INTO fieldwatch.water_level (time, device_id, level) VALUES ('2026-11-23Z', 1, 1.5)");

        migrate(CatalogueFile.parse("kinds.yaml", ONE_KIND));

        assertThat(database.number("SELECT count(*) FROM show_chunks('fieldwatch.water_level')"))
                .isEqualTo(1);
        assertThat(database.number("SELECT count(*) FROM fieldwatch.water_level"))
                .isEqualTo(1);
    }

    @Test
    void aTableOfTheApacheEditionBecomesAColumnstoreWithItsRows() throws Exception {
        assumeThat(migrate(CatalogueFile.parse("kinds.yaml", ONE_KIND))).isEqualTo(Edition.TIMESCALE_COMMUNITY);
        database.execute("DROP TABLE fieldwatch.water_level CASCADE");
        database.execute("CREATE TABLE fieldwatch.water_level (time timestamptz NOT NULL, device_id int NOT NULL,"
                + " level double precision, quality smallint NOT NULL DEFAULT 0)");
        database.execute("SELECT create_hypertable('fieldwatch.water_level', 'time', create_default_indexes => false)");
        database.execute("CREATE UNIQUE INDEX water_level_device_time ON fieldwatch.water_level (device_id, time)");
        database.execute("INSERT INTO fieldwatch.water_level (time, device_id, level) VALUES ('2026-11-23Z', 1, 1.5)");

        migrate(CatalogueFile.parse("kinds.yaml", ONE_KIND));

        assertThat(database.rows("SELECT indexname FROM pg_indexes WHERE tablename = 'water_level'"))
                .containsExactly("water_level_by_device");
        assertThat(database.rows("SELECT compression_enabled FROM timescaledb_information.hypertables"
                        + " WHERE hypertable_name = 'water_level'"))
                .containsExactly("t");
        assertThat(database.rows("SELECT level FROM fieldwatch.water_level")).containsExactly("1.5");
    }

    private Edition migrate(Catalogue catalogue) throws Exception {
        try (Database opened = new Database(StorageConfig.of(database.url()), catalogue)) {
            return opened.migrate();
        }
    }

    private List<String> schema() throws Exception {
        return database.rows("SELECT table_name, column_name, data_type FROM information_schema.columns"
                + " WHERE table_schema = 'fieldwatch' ORDER BY 1, ordinal_position");
    }
}
