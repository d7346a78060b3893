package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.CatalogueFile;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The hourly and daily figures: the same names, columns and values whatever stands behind them. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
final class RollupTest {

    private static final String KINDS = """
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
                  - {number: 2, name: state, type: code, codes: [low, high], vi: "Mức", en: "State"}
            """;
    private static final String ONE_MORE_PROPERTY = KINDS
            + "      - {number: 3, name: pulses, type: integer, unit: \"\", min: 0, vi: \"Xung\", en: \"Pulses\"}\n";

    private final TestDatabases server;

    @AutoClose
    private TestDatabase database;

    private Edition edition;

    RollupTest(TestDatabases server) {
        this.server = server;
    }

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
        edition = migrate(KINDS, SchemaOptions.DEFAULT);
    }

    @Test
    void figuresOfAnHour() throws Exception {
        insert("2026-11-22 17:10Z", 1, "1.0", "true", 0);
        insert("2026-11-22 17:20Z", 1, "2.0", "false", 1);
        insert("2026-11-22 17:30Z", 1, "null", "false", 0);
        insert("2026-11-22 17:40Z", 1, "999", "true", 2);
        insert("2026-11-22 18:00Z", 1, "5.0", "null", 0);
        insert("2026-11-22 17:10Z", 2, "7.0", "null", 0);

        assertThat(database.rows("SELECT extract(epoch FROM time - timestamptz '2026-11-22 17:00Z')::int / 3600,"
                        + " device_id, observations, suspect, level_avg, level_min, level_max, on_share"
                        + " FROM fieldwatch.water_level_hourly ORDER BY 1, 2"))
                .containsExactly("0|1|4|1|1.5|1|2|0.3333333333333333", "0|2|1|0|7|7|7|null", "1|1|1|0|5|5|5|null");
    }

    @Test
    void aDayBeginsAtMidnightInTheCity() throws Exception {
        insert("2026-11-22 16:59Z", 1, "1.0", "true", 0);
        insert("2026-11-22 17:00Z", 1, "2.0", "true", 0);
        insert("2026-11-23 16:59Z", 1, "4.0", "true", 0);

        assertThat(database.rows("SELECT time AT TIME ZONE 'Asia/Ho_Chi_Minh', observations, level_avg"
                        + " FROM fieldwatch.water_level_daily ORDER BY 1"))
                .containsExactly("2026-11-22 00:00:00|1|1", "2026-11-23 00:00:00|2|3");
    }

    @Test
    void askingForADayReadsOnlyItsChunks() throws Exception {
        assumeThat(edition).isEqualTo(Edition.TIMESCALE_APACHE);
        for (int day = 10; day < 20; day++) {
            insert("2026-11-" + day + " 12:00Z", 1, "1.0", "true", 0);
        }
        for (String view : List.of("water_level_hourly", "water_level_daily")) {
            List<String> plan = database.rows("EXPLAIN (COSTS OFF) SELECT * FROM fieldwatch." + view
                    + " WHERE time >= '2026-11-15Z' AND time < '2026-11-16Z' AND device_id = 1");

            // A day of the city may begin the day before UTC's.
            assertThat(plan)
                    .filteredOn(line -> line.matches(".* on _hyper_\\d+_\\d+_chunk.*"))
                    .hasSizeBetween(1, 2);
        }
    }

    @Test
    void aNewPropertyGetsFiguresAndTheViewKeepsItsGrantsAndDependents() throws Exception {
        insert("2026-11-22 17:10Z", 1, "1.0", "true", 0);
        database.execute("GRANT SELECT ON fieldwatch.water_level_hourly TO public");
        database.execute("CREATE VIEW mine AS SELECT level_avg FROM fieldwatch.water_level_hourly");

        migrate(ONE_MORE_PROPERTY, SchemaOptions.DEFAULT);
        database.execute("UPDATE fieldwatch.water_level SET pulses = 3");

        assertThat(database.rows(
                        "SELECT level_avg, pulses_avg, pulses_min, pulses_max" + " FROM fieldwatch.water_level_hourly"))
                .containsExactly("1|3|3|3");
        assertThat(database.rows("SELECT has_table_privilege('public', 'fieldwatch.water_level_hourly', 'SELECT')"))
                .containsExactly("t");
        assertThat(database.rows("SELECT * FROM mine")).containsExactly("1");
    }

    @Test
    void anOlderCatalogueLeavesTheFiguresOfANewerOneAlone() throws Exception {
        migrate(ONE_MORE_PROPERTY, SchemaOptions.DEFAULT);
        String before = database.rows("SELECT obj_description('fieldwatch.water_level_daily'::regclass)")
                .get(0);

        migrate(KINDS, SchemaOptions.DEFAULT);

        assertThat(database.rows("SELECT obj_description('fieldwatch.water_level_daily'::regclass)"))
                .containsExactly(before);
        assertThat(database.rows("SELECT pulses_avg FROM fieldwatch.water_level_daily"))
                .isEmpty();
    }

    @Test
    void aViewOfSomebodyElseWithThatNameDoesNotStopTheStart() throws Exception {
        database.execute("DROP VIEW fieldwatch.water_level_daily");
        database.execute("CREATE TABLE fieldwatch.water_level_daily (mine int)");

        migrate(KINDS, SchemaOptions.DEFAULT);

        assertThat(database.rows("SELECT count(*) FROM fieldwatch.water_level_hourly"))
                .containsExactly("0");
    }

    @Test
    void continuousAggregatesAndPoliciesFollowTheOptions() throws Exception {
        assumeThat(edition).isEqualTo(Edition.TIMESCALE_COMMUNITY);
        String aggregates = "SELECT regexp_replace(view_name, '_[0-9a-f]{8}$', '') FROM"
                + " timescaledb_information.continuous_aggregates WHERE view_schema = 'fieldwatch_rollup' ORDER BY 1";
        assertThat(database.rows(aggregates)).containsExactly("water_level_daily", "water_level_hourly");

        migrate(ONE_MORE_PROPERTY, SchemaOptions.DEFAULT.withRetention(Duration.ofDays(30)));

        assertThat(database.rows(aggregates)).containsExactly("water_level_daily", "water_level_hourly");
        assertThat(database.rows(
                        "SELECT proc_name, count(*), min(config->>'drop_after'), min(config->>'compress_after'),"
                                + " min(config->>'start_offset') FROM timescaledb_information.jobs"
                                + " WHERE proc_name IN ('policy_retention', 'policy_compression',"
                                + " 'policy_refresh_continuous_aggregate') GROUP BY 1 ORDER BY 1"))
                .containsExactly(
                        "policy_compression|1|null|7 days|null",
                        "policy_refresh_continuous_aggregate|2|null|null|29 days",
                        "policy_retention|3|30 days|null|null");
    }

    @Test
    void sqlOfTheCommunityEdition() {
        Rollup rollup = rollup(Edition.TIMESCALE_COMMUNITY, Rollup.Grain.DAILY);

        assertThat(rollup.createAggregate())
                .isEqualTo("CREATE MATERIALIZED VIEW fieldwatch_rollup.\"" + rollup.aggregate() + "\" WITH"
                        + " (timescaledb.continuous, timescaledb.materialized_only = false) AS SELECT"
                        + " time_bucket(INTERVAL '1 day', time, 'Asia/Ho_Chi_Minh') AS time, device_id, count(*) AS"
                        + " observations, count(*) FILTER (WHERE quality & 6 <> 0) AS suspect, avg(\"level\") FILTER"
                        + " (WHERE quality & 6 = 0)::double precision AS \"level_avg\", min(\"level\") FILTER (WHERE"
                        + " quality & 6 = 0) AS \"level_min\", max(\"level\") FILTER (WHERE quality & 6 = 0) AS"
                        + " \"level_max\" FROM fieldwatch.\"water_level\" GROUP BY 1, 2 WITH NO DATA");
        assertThat(rollup.aggregate()).matches(rollup.aggregatePattern()).hasSizeLessThan(64);
        assertThat(rollup.refreshPolicy().add())
                .endsWith("start_offset => INTERVAL '365 days', end_offset => INTERVAL '1 hour',"
                        + " schedule_interval => INTERVAL '21600000 milliseconds')");
        assertThat(rollup.createView())
                .isEqualTo("CREATE OR REPLACE VIEW fieldwatch.\"water_level_daily\" AS SELECT * FROM"
                        + " fieldwatch_rollup.\"" + rollup.aggregate() + "\"");
    }

    @Test
    void withAShortRetentionThereAreOnlyViews() throws Exception {
        insert("2026-11-22 17:10Z", 1, "1.0", "true", 0);
        migrate(KINDS, SchemaOptions.DEFAULT.withRetention(Duration.ofDays(3)));

        assertThat(database.rows("SELECT level_avg FROM fieldwatch.water_level_daily"))
                .containsExactly("1");
        if (edition == Edition.TIMESCALE_COMMUNITY) {
            assertThat(database.number("SELECT count(*) FROM timescaledb_information.continuous_aggregates"))
                    .isZero();
        }
    }

    @Test
    void sqlOfTheOtherEditions() {
        assertThat(rollup(Edition.TIMESCALE_APACHE, Rollup.Grain.HOURLY).createView())
                .startsWith("CREATE OR REPLACE VIEW fieldwatch.\"water_level_hourly\" AS SELECT"
                        + " time_bucket(INTERVAL '1 hour', time) AS time, device_id,");
        assertThat(rollup(Edition.PLAIN, Rollup.Grain.DAILY).createView())
                .startsWith("CREATE OR REPLACE VIEW fieldwatch.\"water_level_daily\" AS SELECT"
                        + " date_trunc('day', time, 'Asia/Ho_Chi_Minh') AS time, device_id,");
    }

    private static Rollup rollup(Edition edition, Rollup.Grain grain) {
        Map<String, Ddl.Column> columns = new LinkedHashMap<>();
        columns.put("time", new Ddl.Column("timestamp with time zone", ""));
        columns.put("device_id", new Ddl.Column("integer", ""));
        columns.put("quality", new Ddl.Column("smallint", ""));
        columns.put("level", new Ddl.Column("double precision", ""));
        columns.put("state", new Ddl.Column("text", ""));
        return new Rollup("water_level", grain, columns, edition, SchemaOptions.DEFAULT);
    }

    private void insert(String time, int device, String level, String on, int quality) throws Exception {
        database.execute("INSERT INTO fieldwatch.water_level (time, device_id, level, \"on\", quality) VALUES ('" + time
                + "', " + device + ", " + level + ", " + on + ", " + quality + ")");
    }

    private Edition migrate(String kinds, SchemaOptions options) throws Exception {
        Catalogue catalogue = CatalogueFile.parse("kinds.yaml", kinds);
        try (Database opened = new Database(StorageConfig.of(database.url()), catalogue, options)) {
            return opened.migrate();
        }
    }
}
