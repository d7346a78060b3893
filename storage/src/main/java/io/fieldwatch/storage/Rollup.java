package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Quality;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * The SQL of a kind's hourly or daily figures per device: how many observations, and of each number its average, least
 * and greatest value, of each boolean the share of time points at which it was true. Observations whose values or time
 * are suspect are counted, and their values left out. Texts have no figures.
 *
 * <p>The view {@code fieldwatch.TABLE_hourly} is there in every edition, with the same columns. On the Community edition
 * a continuous aggregate stands behind it, in a schema of its own. An aggregate cannot be altered, so its name ends with
 * a checksum of its definition: a new property gives a new aggregate, which the view takes, and the old one goes. The
 * columns follow the table's, which only ever get more, so that the view is replaced and keeps its grants, and engines
 * with older catalogues agree with newer ones.
 *
 * @param table of the kind
 * @param grain hours or days
 * @param columns of the table, in order
 * @param edition decides what stands behind the view
 * @param options the retention, and the zone that days have
 */
record Rollup(String table, Grain grain, Map<String, Ddl.Column> columns, Edition edition, SchemaOptions options) {

    static final String AGGREGATES = "fieldwatch_rollup";

    /** How much longer than its property's name the name of a column may get. */
    static final int COLUMN_SUFFIX_MAX = "_share".length();

    /** A job refreshes some days, of which none may have been dropped in part. With less there are only the views. */
    private static final Duration CONTINUOUS_RETENTION_MIN = Duration.ofDays(7);

    private static final Set<String> NOT_VALUES = Set.of("time", "device_id", "quality");

    enum Grain {
        HOURLY("hour", Duration.ofHours(1)),
        /** Each run computes every day anew that a late observation has touched, so there are fewer. */
        DAILY("day", Duration.ofHours(6));

        private final String unit;
        private final Duration refreshEvery;

        Grain(String unit, Duration refreshEvery) {
            this.unit = unit;
            this.refreshEvery = refreshEvery;
        }

        /** What the view's name has behind the table's. */
        String suffix() {
            return this == HOURLY ? "_hourly" : "_daily";
        }
    }

    /** Whether a continuous aggregate stands behind the view. */
    boolean continuous() {
        return edition == Edition.TIMESCALE_COMMUNITY && options.retention().compareTo(CONTINUOUS_RETENTION_MIN) >= 0;
    }

    String view() {
        return table + grain.suffix();
    }

    /** The name of the continuous aggregate of exactly these figures. */
    String aggregate() {
        CRC32 checksum = new CRC32();
        checksum.update(select().getBytes(StandardCharsets.UTF_8));
        return view() + "_" + String.format("%08x", checksum.getValue());
    }

    /** Matches the names of all aggregates that ever stood behind the view. */
    String aggregatePattern() {
        return "^" + view() + "_[0-9a-f]{8}$";
    }

    String select() {
        List<String> figures = new ArrayList<>();
        figures.add(bucket() + " AS time");
        figures.add("device_id");
        figures.add("count(*) AS observations");
        figures.add("count(*) FILTER (WHERE quality & " + Quality.SUSPECT + " <> 0) AS suspect");
        columns.forEach((name, column) -> {
            if (!NOT_VALUES.contains(name)) {
                addFigures(figures, name, column.type());
            }
        });
        return "SELECT " + String.join(", ", figures) + " FROM fieldwatch." + Sql.quote(table) + " GROUP BY 1, 2";
    }

    String createAggregate() {
        return "CREATE MATERIALIZED VIEW " + AGGREGATES + "." + Sql.quote(aggregate())
                + " WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS " + select()
                + " WITH NO DATA";
    }

    String dropAggregate(String name) {
        return "DROP MATERIALIZED VIEW IF EXISTS " + AGGREGATES + "." + Sql.quote(name);
    }

    String createView() {
        return "CREATE OR REPLACE VIEW fieldwatch." + Sql.quote(view()) + " AS "
                + (continuous() ? "SELECT * FROM " + AGGREGATES + "." + Sql.quote(aggregate()) : select());
    }

    String commentOnView() {
        return "COMMENT ON VIEW fieldwatch." + Sql.quote(view()) + " IS " + Sql.literal(comment());
    }

    /** Ends with the checksum, so that it tells a view that is up to date from one that is not. */
    String comment() {
        String what = grain == Grain.HOURLY ? "each hour" : "each day in " + options.zone();
        String source = continuous()
                ? "the continuous aggregate " + AGGREGATES + "." + aggregate()
                : "computed from " + table + " when asked, version " + aggregate();
        return "Figures of " + what + " and device; time is where it begins; suspect observations are counted, their"
                + " values left out; " + source;
    }

    /** Figures follow observations that come late, as long as all of a day's observations are there. */
    Policy refreshPolicy() {
        String name = Sql.literal(AGGREGATES + "." + Sql.quote(aggregate()));
        String start = Sql.interval(options.retention().minusDays(1));
        return new Policy(
                AGGREGATES,
                aggregate(),
                "policy_refresh_continuous_aggregate",
                "start_offset",
                start,
                "SELECT remove_continuous_aggregate_policy(" + name + ", if_exists => true)",
                "SELECT add_continuous_aggregate_policy(" + name + ", start_offset => " + start
                        + ", end_offset => INTERVAL '1 hour', schedule_interval => "
                        + Sql.interval(grain.refreshEvery) + ")");
    }

    Policy retentionPolicy() {
        return OldRows.policy(AGGREGATES, aggregate(), options);
    }

    /** Hours begin on UTC's hours, days when they begin in the city. */
    private String bucket() {
        String zone = grain == Grain.HOURLY ? "UTC" : options.zone().getId();
        if (edition == Edition.PLAIN) {
            return "date_trunc('" + grain.unit + "', time, " + Sql.literal(zone) + ")";
        }
        return "time_bucket(INTERVAL '1 " + grain.unit + "', time"
                + (grain == Grain.HOURLY ? ")" : ", " + Sql.literal(zone) + ")");
    }

    private static void addFigures(List<String> figures, String name, String type) {
        String good = " FILTER (WHERE quality & " + Quality.SUSPECT + " = 0)";
        String column = Sql.quote(name);
        switch (type) {
            case "double precision", "bigint" -> {
                figures.add("avg(" + column + ")" + good + "::double precision AS " + Sql.quote(name + "_avg"));
                figures.add("min(" + column + ")" + good + " AS " + Sql.quote(name + "_min"));
                figures.add("max(" + column + ")" + good + " AS " + Sql.quote(name + "_max"));
            }
            case "boolean" ->
                figures.add("avg(" + column + "::int)" + good + "::double precision AS " + Sql.quote(name + "_share"));
            default -> {
                // A text has no figures.
            }
        }
    }
}
