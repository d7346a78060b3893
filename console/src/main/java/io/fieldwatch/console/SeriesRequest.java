package io.fieldwatch.console;

import io.fieldwatch.storage.Queries;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Durations;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /api/v1/observations} was asked for.
 *
 * @param every width of a bucket; zero for every observation
 */
record SeriesRequest(Kind kind, String externalId, Property property, Instant from, Instant to, Duration every) {

    private static final Set<String> PARAMETERS = Set.of("device", "kind", "property", "from", "to", "every");
    private static final Duration SPAN = Duration.ofHours(1);
    private static final int POINTS = 1000;
    private static final List<Duration> STEPS = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(5),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(3),
            Duration.ofHours(6),
            Duration.ofDays(1));
    private static final long EPOCH_MILLIS_MAX = 253_402_300_799_999L; // the year 9999, as far as RFC 3339 goes

    /**
     * @throws Problem saying which parameter is wrong and what it could be
     */
    static SeriesRequest parse(MultiMap parameters, Catalogue catalogue, LiveDevices devices, Instant now) {
        for (String name : parameters.names()) {
            if (!PARAMETERS.contains(name)) {
                throw Problem.badRequest(
                        "unknown parameter " + name + "; known are device, kind, property, from, to" + " and every");
            }
        }
        LiveDevice device = device(parameters, catalogue, devices);
        Property property = property(device.kind(), parameters.get("property"));
        Instant to = time("to", parameters.get("to"), now);
        Instant from = time("from", parameters.get("from"), to.minus(SPAN));
        if (!from.isBefore(to)) {
            throw Problem.badRequest("from (" + from + ") must be before to (" + to + ")");
        }
        Duration every = every(parameters.get("every"), Duration.between(from, to));
        return new SeriesRequest(device.kind(), device.definition().externalId(), property, from, to, every);
    }

    private static LiveDevice device(MultiMap parameters, Catalogue catalogue, LiveDevices devices) {
        String id = parameters.get("device");
        if (id == null || id.isEmpty()) {
            throw Problem.badRequest("the parameter device is missing");
        }
        String kindName = parameters.get("kind");
        if (kindName != null) {
            return only(id, of(catalogue, kindName, devices.find(id)));
        }
        List<LiveDevice> found = devices.find(id);
        int slash = id.indexOf('/');
        if (found.isEmpty() && slash > 0) {
            String bareId = id.substring(slash + 1);
            found = of(catalogue, id.substring(0, slash), devices.find(bareId));
        }
        return only(id, found);
    }

    private static List<LiveDevice> of(Catalogue catalogue, String kindName, List<LiveDevice> devices) {
        Kind kind = catalogue
                .kind(kindName)
                .orElseThrow(() -> Problem.badRequest("unknown kind " + kindName + "; see /api/v1/kinds"));
        return devices.stream().filter(device -> device.kind() == kind).toList();
    }

    private static LiveDevice only(String id, List<LiveDevice> devices) {
        if (devices.isEmpty()) {
            throw Problem.badRequest("unknown device " + id + "; see /api/v1/devices");
        }
        if (devices.size() > 1) {
            String kinds = devices.stream().map(device -> device.kind().name()).collect(Collectors.joining(", "));
            throw Problem.badRequest("device " + id + " is there as " + kinds + ": say which with kind=");
        }
        return devices.get(0);
    }

    private static Property property(Kind kind, @Nullable String name) {
        String known = kind.properties().stream()
                .filter(property -> property.type() != PropertyType.CODE)
                .map(Property::name)
                .collect(Collectors.joining(", "));
        if (name == null || name.isEmpty()) {
            throw Problem.badRequest("the parameter property is missing; " + kind + " has " + known);
        }
        Property property = kind.propertyOrNull(name);
        if (property == null) {
            throw Problem.badRequest(kind + " has no property " + name + "; it has " + known);
        }
        if (property.type() == PropertyType.CODE) {
            throw Problem.badRequest(name + " is a text and has no series; " + kind + " has " + known);
        }
        return property;
    }

    private static Instant time(String parameter, @Nullable String text, Instant otherwise) {
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            if (text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                long millis = Long.parseLong(text);
                if (millis <= EPOCH_MILLIS_MAX) {
                    return Instant.ofEpochMilli(millis);
                }
            }
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException | NumberFormatException e) {
            throw Problem.badRequest(parameter + " is '" + text + "', but must be RFC 3339 or milliseconds since 1970");
        }
    }

    private static Duration every(@Nullable String text, Duration span) {
        if (text == null || text.isEmpty()) {
            Duration least = span.dividedBy(POINTS);
            return STEPS.stream()
                    .filter(step -> step.compareTo(least) > 0)
                    .findFirst()
                    .orElse(Duration.ofDays(least.toDays() + 1));
        }
        Duration every;
        try {
            every = Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("every: " + e.getMessage());
        }
        if (!every.isZero() && span.dividedBy(every) > Queries.POINTS_MAX) {
            throw Problem.badRequest("every=" + text + " would give more than " + Queries.POINTS_MAX
                    + " points: ask for less time or longer steps");
        }
        return every;
    }
}
