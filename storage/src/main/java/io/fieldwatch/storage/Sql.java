package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The few things every statement needs: quoting, and values on their way into and out of PostgreSQL. */
final class Sql {

    private static final long MILLIS_OF_DAY = 86_400_000;

    private Sql() {}

    /** Catalogue names may be reserved words ({@code on}). */
    static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    static String literal(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }

    static String interval(Duration duration) {
        String amount = duration.toMillis() % MILLIS_OF_DAY == 0
                ? duration.toDays() + " days"
                : duration.toMillis() + " milliseconds";
        return "INTERVAL '" + amount + "'";
    }

    static String table(Kind kind) {
        return "fieldwatch." + quote(kind.table());
    }

    /** The columns a COPY of the kind fills, in its order. */
    static String columns(Kind kind) {
        return "time, device_id, " + each(kind.properties(), "%s") + ", quality";
    }

    /** The properties' columns, each put into the pattern, joined by commas. */
    static String each(List<Property> properties, String pattern) {
        return properties.stream()
                .map(property -> String.format(Locale.ROOT, pattern, quote(property.column())))
                .collect(Collectors.joining(", "));
    }

    /** PostgreSQL's text has no NUL. */
    static @Nullable String clean(@Nullable String text) {
        return text == null || text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }

    static @Nullable Double nullWhenNaN(double value) {
        return Double.isNaN(value) ? null : value;
    }

    static OffsetDateTime time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
    }

    static @Nullable OffsetDateTime timeOrNull(long micros) {
        return micros == 0 ? null : time(micros);
    }

    /** 0 for null. */
    static long micros(@Nullable OffsetDateTime time) {
        return time == null ? 0 : ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant());
    }
}
