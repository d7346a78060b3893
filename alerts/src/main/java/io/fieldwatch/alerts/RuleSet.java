package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Catalogue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rules in force, in the order of their file. Immutable. */
public final class RuleSet {

    private static final String BUILT_IN = "rules.yaml";

    private final Map<String, Rule> byId = new LinkedHashMap<>();

    /**
     * @throws IllegalArgumentException when two rules share an id
     */
    public RuleSet(List<Rule> rules) {
        for (Rule rule : rules) {
            if (byId.put(rule.id(), rule) != null) {
                throw new IllegalArgumentException("rule " + rule.id() + " is there twice");
            }
        }
    }

    /** The rules that come with fieldwatch, from {@code rules.yaml}. */
    public static RuleSet builtIn(Catalogue catalogue) {
        try (InputStream in = RuleSet.class.getResourceAsStream(BUILT_IN)) {
            if (in == null) {
                throw new IllegalStateException(BUILT_IN + " is missing from the alerts module");
            }
            return RuleFile.parse(BUILT_IN, new String(in.readAllBytes(), StandardCharsets.UTF_8), catalogue);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<Rule> rules() {
        return List.copyOf(byId.values());
    }

    public Optional<Rule> rule(String id) {
        return Optional.ofNullable(byId.get(id));
    }
}
