package io.fieldwatch.telemetry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A type of device and the properties it reports. Immutable; look-ups allocate nothing.
 *
 * <p>A kind's number (1 to 65535) and its properties' numbers are stable and never reused: blocks name them.
 */
public final class Kind {

    public static final int NUMBER_MAX = 0xFFFF;

    /** {@code fieldwatch/v1/alerts} is a topic, the others are tables; {@code …_named} are views. */
    private static final Set<String> RESERVED =
            Set.of("alerts", "alert", "alert-event", "device", "log-position", "notification", "quarantine");

    private final int number;
    private final String name;
    private final String model;
    private final Label label;
    private final Duration expectedInterval;
    private final List<Property> properties;
    private final Map<String, Property> byName = new HashMap<>();
    private final @Nullable Property[] byNumber = new Property[Property.NUMBER_MAX + 1];

    /**
     * @param model the FIWARE Smart Data Model the names follow, or empty
     * @param expectedInterval how often a healthy device reports; positive
     * @throws IllegalArgumentException for a bad name, a number out of range or a doubled property
     */
    public Kind(
            int number, String name, String model, Label label, Duration expectedInterval, List<Property> properties) {
        if (number < 1 || number > NUMBER_MAX) {
            throw new IllegalArgumentException("kind " + name + ": number " + number + " is not 1 to 65535");
        }
        if (!name.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*") || name.length() > 40) {
            throw new IllegalArgumentException("kind name '" + name + "' must be lower-case words joined by '-'");
        }
        if (RESERVED.contains(name) || name.endsWith("-named")) {
            throw new IllegalArgumentException("kind name '" + name + "' is taken by a table or a topic of fieldwatch");
        }
        if (expectedInterval.isZero() || expectedInterval.isNegative()) {
            throw new IllegalArgumentException("kind " + name + ": expectedInterval must be positive");
        }
        if (properties.isEmpty()) {
            throw new IllegalArgumentException("kind " + name + " has no properties");
        }
        this.number = number;
        this.name = name;
        this.model = model;
        this.label = label;
        this.expectedInterval = expectedInterval;
        List<Property> sorted = new ArrayList<>(properties);
        sorted.sort((a, b) -> Integer.compare(a.number(), b.number()));
        this.properties = List.copyOf(sorted);
        for (Property property : this.properties) {
            if (byName.put(property.name(), property) != null || byNumber[property.number()] != null) {
                throw new IllegalArgumentException(
                        "kind " + name + ": property " + property.name() + " or its number is there twice");
            }
            byNumber[property.number()] = property;
        }
    }

    public int number() {
        return number;
    }

    /** As in topics, for example {@code traffic-flow}. */
    public String name() {
        return name;
    }

    public String model() {
        return model;
    }

    public Label label() {
        return label;
    }

    public Duration expectedInterval() {
        return expectedInterval;
    }

    /** In ascending order of their numbers. */
    public List<Property> properties() {
        return properties;
    }

    /** The SQL table, for example {@code traffic_flow}. */
    public String table() {
        return SqlNames.snakeCase(name);
    }

    public Optional<Property> property(String propertyName) {
        return Optional.ofNullable(byName.get(propertyName));
    }

    /** The hot path's form of {@link #property(String)}: null when there is none. */
    public @Nullable Property propertyOrNull(String propertyName) {
        return byName.get(propertyName);
    }

    /** Null when this catalogue does not know the number: an older or newer one may have written it. */
    public @Nullable Property propertyOrNull(int propertyNumber) {
        return byNumber[propertyNumber];
    }

    @Override
    public String toString() {
        return name;
    }
}
