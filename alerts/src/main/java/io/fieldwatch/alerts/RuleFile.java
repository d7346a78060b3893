package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Label;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import io.fieldwatch.telemetry.YamlError;
import io.fieldwatch.telemetry.YamlMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads rules from YAML; {@code rules.yaml} beside this class is the example and the default. */
public final class RuleFile {

    private static final int INTERVALS_MAX = 1000;

    private final Catalogue catalogue;
    private final Set<String> ids = new HashSet<>();

    private RuleFile(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /**
     * @param source the file's name, for messages
     * @throws YamlError with the line of the first thing that is wrong
     */
    public static RuleSet parse(String source, String text, Catalogue catalogue) {
        YamlMap root = YamlMap.parse(source, text);
        root.integer("version", 1, 1);
        RuleFile file = new RuleFile(catalogue);
        List<Rule> rules = new ArrayList<>();
        for (YamlMap map : root.maps("rules")) {
            rules.add(file.rule(map));
        }
        root.rejectUnknownKeys();
        return new RuleSet(rules);
    }

    private Rule rule(YamlMap map) {
        RuleHead head = head(map);
        if (!ids.add(head.id())) {
            throw map.error("id", "'" + head.id() + "' is there twice");
        }
        Rule rule;
        if (map.has("property")) {
            rule = threshold(map, head);
        } else if (map.has("silentFor") || map.has("intervals")) {
            rule = noData(map, head);
        } else {
            throw map.error("property", "is missing; a rule has a property, or silentFor or intervals");
        }
        map.rejectUnknownKeys();
        return rule;
    }

    private RuleHead head(YamlMap map) {
        String id = map.string("id");
        String kind = map.string("kind");
        if (!kind.equals(RuleHead.ANY_KIND) && catalogue.kind(kind).isEmpty()) {
            String known = catalogue.kinds().stream().map(Kind::name).collect(Collectors.joining(", "));
            throw map.error("kind", "'" + kind + "' is not in the catalogue, which has " + known);
        }
        Priority priority = priority(map);
        Label message = new Label(text(map, "vi"), text(map, "en"));
        RuleHead.Advice advice =
                new RuleHead.Advice(label(map, "cause"), label(map, "action"), map.string("source", ""));
        @Nullable String area = map.has("area") ? text(map, "area") : null;
        return map.check(() -> new RuleHead(id, kind, priority, message, advice, area));
    }

    private static Priority priority(YamlMap map) {
        String text = map.string("priority");
        return Arrays.stream(Priority.values())
                .filter(priority -> priority.name().equals(text))
                .findFirst()
                .orElseThrow(() -> map.error("priority", "is '" + text + "', but must be one of P1 to P5"));
    }

    private static @Nullable Label label(YamlMap map, String key) {
        if (!map.has(key)) {
            return null;
        }
        YamlMap both = map.map(key);
        Label label = new Label(text(both, "vi"), text(both, "en"));
        both.rejectUnknownKeys();
        return label;
    }

    private static String text(YamlMap map, String key) {
        String text = map.string(key);
        if (text.isBlank()) {
            throw map.error(key, "is empty");
        }
        return text;
    }

    private Rule threshold(YamlMap map, RuleHead head) {
        Kind kind = catalogue
                .kind(head.kind())
                .orElseThrow(() -> map.error("kind", "must be one kind: properties belong to kinds"));
        String name = map.string("property");
        Property property = kind.property(name).orElseThrow(() -> {
            String known = kind.properties().stream().map(Property::name).collect(Collectors.joining(", "));
            return map.error("property", "'" + name + "' is unknown; " + kind.name() + " has " + known);
        });
        if (map.has("unit") && !map.string("unit").equals(property.unit())) {
            throw map.error(
                    "unit",
                    "is '" + map.string("unit") + "', but " + name + " is in '" + property.unit()
                            + "'; limits are given in the catalogue's unit");
        }
        Limit limit = limit(map, property);
        Duration onDelay = map.duration("onDelay", Duration.ZERO);
        Duration offDelay = map.duration("offDelay", Duration.ZERO);
        return map.check(() -> new ThresholdRule(head, property, limit, onDelay, offDelay));
    }

    private static Limit limit(YamlMap map, Property property) {
        boolean measured = property.type() == PropertyType.NUMBER || property.type() == PropertyType.INTEGER;
        List<String> forms = measured ? List.of("above", "below") : List.of("equals");
        List<String> given = new ArrayList<>();
        for (String form : List.of("above", "below", "equals")) {
            if (map.has(form)) {
                given.add(form);
            }
        }
        if (given.size() != 1 || !forms.containsAll(given)) {
            String key = given.isEmpty() ? "property" : given.get(given.size() - 1);
            throw map.error(key, "a limit on " + property.name() + " is exactly one of " + String.join(", ", forms));
        }
        double deadband = map.number("deadband", 0);
        if (deadband < 0) {
            throw map.error(
                    "deadband",
                    "is " + deadband + ", on the wrong side of the limit; give 0 or more, in '" + property.unit()
                            + "'");
        }
        return switch (given.get(0)) {
            case "above" -> map.check(() -> new Limit(Limit.Side.ABOVE, map.number("above"), deadband));
            case "below" -> map.check(() -> new Limit(Limit.Side.BELOW, map.number("below"), deadband));
            default -> map.check(() -> new Limit(Limit.Side.EQUALS, wanted(map, property), deadband));
        };
    }

    private static double wanted(YamlMap map, Property property) {
        if (property.type() == PropertyType.BOOLEAN) {
            return map.bool("equals", false) ? 1 : 0;
        }
        String text = map.string("equals");
        int code = property.codes().indexOf(text);
        if (code < 0) {
            throw map.error(
                    "equals",
                    "is '" + text + "', but " + property.name() + " is one of " + String.join(", ", property.codes()));
        }
        return code;
    }

    private static Rule noData(YamlMap map, RuleHead head) {
        if (map.has("silentFor") && map.has("intervals")) {
            throw map.error("intervals", "and silentFor exclude each other");
        }
        @Nullable Duration silentFor = map.has("silentFor") ? map.duration("silentFor") : null;
        int intervals = silentFor == null ? map.integer("intervals", 1, INTERVALS_MAX) : 0;
        return map.check(() -> new NoDataRule(head, silentFor, intervals));
    }
}
