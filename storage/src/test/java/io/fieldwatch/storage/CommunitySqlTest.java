package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.CatalogueFile;
import io.fieldwatch.telemetry.Kind;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The Community edition's SQL where no Community edition is at hand. */
final class CommunitySqlTest {

    private static final Catalogue CATALOGUE = CatalogueFile.parse("kinds.yaml", """
            version: 1
            kinds:
              - number: 1
                name: water-level
                vi: "Mực nước"
                en: "Water level"
                expectedInterval: 60s
                properties:
                  - {number: 0, name: level, type: number, unit: "m", min: 0, max: 10, vi: "Mực nước", en: "Level"}
                  - {number: 1, name: "on", type: boolean, vi: "Bật", en: "On"}
            """);
    private static final Kind KIND = CATALOGUE.kinds().get(0);
    private static final SchemaOptions OPTIONS = SchemaOptions.DEFAULT.withRetention(Duration.ofDays(30));
    private static final Timescale NEWEST = new Timescale(
            "2.29.2",
            "timescale",
            Set.of("enable_direct_compress_copy", "enable_direct_compress_copy_client_sorted", "license"));
    private static final Pattern AGGREGATE =
            Pattern.compile("CREATE MATERIALIZED VIEW (.*) WITH \\(timescaledb[^)]*\\) AS (.*) WITH NO DATA");

    @Test
    void enablesTheColumnstoreInTheOrderThatTheWritersSort() {
        assertThat(Columnstore.enable(KIND))
                .isEqualTo("ALTER TABLE fieldwatch.\"water_level\" SET (timescaledb.enable_columnstore = true,"
                        + " timescaledb.orderby = 'device_id, time', timescaledb.segmentby = '')");
        assertThat(Columnstore.policy(KIND, OPTIONS).add())
                .isEqualTo("CALL add_columnstore_policy('fieldwatch.\"water_level\"', after => INTERVAL '7 days')");
    }

    @Test
    void dropsWhatIsOlderThanTheRetentionByAPolicy() {
        assertThat(OldRows.policy("fieldwatch", "water_level", OPTIONS).add())
                .isEqualTo("SELECT add_retention_policy('\"fieldwatch\".\"water_level\"',"
                        + " drop_after => INTERVAL '30 days')");
    }

    @Test
    void copiesIntoTheColumnstoreFromTheVersionOnInWhichAggregatesSeeIt() {
        assertThat(Columnstore.copySettings(NEWEST))
                .containsExactly(
                        "SET timescaledb.enable_direct_compress_copy = on",
                        "SET timescaledb.enable_direct_compress_copy_client_sorted = off");
        assertThat(Columnstore.rowCopySettings(NEWEST))
                .containsExactly("SET LOCAL timescaledb.enable_direct_compress_copy = off");
        assertThat(Columnstore.copySettings(new Timescale("2.23.1", "timescale", NEWEST.settings())))
                .isEmpty();
        assertThat(Columnstore.copySettings(new Timescale("2.24.0", "timescale", NEWEST.settings())))
                .isNotEmpty();
        assertThat(Columnstore.copySettings(new Timescale("2.24.0", "timescale", Set.of("license"))))
                .isEmpty();
        assertThat(Columnstore.copySettings(new Timescale("2.29.2", "apache", NEWEST.settings())))
                .isEmpty();
    }

    @Test
    void neverPromisesThatTheClientHasSorted() {
        assertThat(Columnstore.copySettings(NEWEST)).noneMatch(sql -> sql.endsWith("client_sorted = on"));
    }

    @Test
    void tellsTheWriterWhatKeepsRowsApart() {
        TableLayout community = TableLayout.of(NEWEST, OPTIONS);

        assertThat(community.edition()).isEqualTo(Edition.TIMESCALE_COMMUNITY);
        assertThat(community.uniqueIdentity()).isFalse();
        assertThat(community.columnstoreAfter()).isEqualTo(Duration.ofDays(7));
        assertThat(TableLayout.of(null, OPTIONS).uniqueIdentity()).isTrue();
        assertThat(TableLayout.of(new Timescale("2.19.3", "apache", Set.of("license")), OPTIONS))
                .isEqualTo(new TableLayout(Edition.TIMESCALE_APACHE, true, Duration.ofDays(7), List.of(), List.of()));
    }

    @Test
    void treatsACommunityEditionWithoutColumnstoreNamesAsApache() {
        assertThat(new Timescale("2.17.2", "timescale", Set.of()).edition()).isEqualTo(Edition.TIMESCALE_APACHE);
        assertThat(new Timescale("2.18.0", "timescale", Set.of()).edition()).isEqualTo(Edition.TIMESCALE_COMMUNITY);
        assertThat(new Timescale("2.23.0-dev", "timescale", Set.of()).edition()).isEqualTo(Edition.TIMESCALE_COMMUNITY);
        assertThat(new Timescale("3.0.0", "timescale", Set.of()).edition()).isEqualTo(Edition.TIMESCALE_COMMUNITY);
        assertThat(new Timescale("3.0.0", "apache", Set.of()).edition()).isEqualTo(Edition.TIMESCALE_APACHE);
    }

    /**
     * The whole set-up for the Community edition on a server under the Apache licence: a statement succeeds or is refused
     * for the licence, never for its syntax, a function or a parameter that is not there. For each continuous aggregate
     * that is refused an ordinary view takes its place, which proves its query and lets the policies on it be tried.
     */
    @Test
    void everyStatementIsRefusedForTheLicenceOnlyOnAnApacheServer() throws Exception {
        List<String> refused = new ArrayList<>();
        Ddl.Execution tolerant = (connection, sql) -> {
            try {
                Database.execute(connection, sql);
            } catch (SQLException e) {
                if (!"0A000".equals(e.getSQLState())
                        || !String.valueOf(e.getMessage()).contains("\"apache\" license")) {
                    throw new SQLException(sql + ": " + e.getMessage(), e.getSQLState(), e);
                }
                refused.add(sql);
                Matcher aggregate = AGGREGATE.matcher(sql);
                if (aggregate.matches()) {
                    Database.execute(connection, "CREATE VIEW " + aggregate.group(1) + " AS " + aggregate.group(2));
                }
            }
        };
        try (TestDatabase database = TestDatabases.TIMESCALE.fresh()) {
            try (Database apache = new Database(StorageConfig.of(database.url()), CATALOGUE)) {
                assumeThat(apache.migrate())
                        .as("under the Timescale licence the other tests run all of this")
                        .isEqualTo(Edition.TIMESCALE_APACHE);
            }
            try (Connection connection = DriverManager.getConnection(database.url())) {
                TableLayout community = TableLayout.of(
                        new Timescale(
                                "2.19.3",
                                "timescale",
                                Timescale.read(connection).settings()),
                        OPTIONS);
                community.copySettings().forEach(sql -> assertThat(sql).isEmpty()); // 2.19 has no direct COPY
                KindTables tables = new KindTables(CATALOGUE, OPTIONS);
                Ddl ddl = new Ddl(connection, tolerant);
                tables.createTables(ddl, KIND, community.edition());
                tables.createExtras(ddl, KIND, community.edition());
            }
            assertThat(database.rows("SELECT * FROM fieldwatch.water_level_daily"))
                    .isEmpty();
            assertThat(database.rows("SELECT indexname FROM pg_indexes WHERE tablename = 'water_level'"))
                    .containsExactly("water_level_by_device");
        }
        assertThat(refused).hasSize(15).anyMatch(sql -> sql.startsWith("CALL add_columnstore_policy"));
    }
}
