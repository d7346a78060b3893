package io.fieldwatch.telemetry;

import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * One YAML mapping read key by key: every getter checks type and range and every error names file, line and key. A key
 * that no getter has asked for is unknown; {@link #rejectUnknownKeys()} reports it with the nearest key that was.
 *
 * <p>Single values can be overridden by path ({@code mqtt.port}), which is how the environment reaches configuration.
 * All errors are {@link YamlError}. Not thread-safe.
 */
public final class YamlMap {

    private final String source;
    private final String path;
    private final int line;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> keyLines = new LinkedHashMap<>();
    private final Set<String> asked = new TreeSet<>();
    private final Function<String, @Nullable String> override;

    private YamlMap(String source, String path, @Nullable Node node, Function<String, @Nullable String> override) {
        this.source = source;
        this.path = path;
        this.override = override;
        this.line = node == null ? 1 : lineOf(node);
        if (node == null) {
            return;
        }
        if (!(node instanceof MappingNode mapping)) {
            throw new YamlError(source, line, (path.isEmpty() ? "the file" : path) + " must be a mapping of keys");
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new YamlError(source, lineOf(tuple.getKeyNode()), "a key must be a plain word");
            }
            if (values.put(key.getValue(), tuple.getValueNode()) != null) {
                throw new YamlError(source, lineOf(key), qualified(key.getValue()) + " is there twice");
            }
            keyLines.put(key.getValue(), lineOf(key));
        }
    }

    public static YamlMap parse(String source, String text) {
        return parse(source, text, key -> null);
    }

    /**
     * @param override from a dotted path to a value that replaces the file's, or null to keep it
     */
    public static YamlMap parse(String source, String text, Function<String, @Nullable String> override) {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(20);
        options.setAllowDuplicateKeys(true); // reported above, with our own words
        try {
            return new YamlMap(source, "", new Yaml(options).compose(new StringReader(text)), override);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new YamlError(source, line, String.valueOf(e.getProblem()));
        } catch (YAMLException e) { // a character YAML does not have, too deep, too long: it names no line
            throw new YamlError(source + ": " + e.getMessage());
        }
    }

    public boolean has(String key) {
        asked.add(key);
        return values.containsKey(key) || override.apply(qualified(key)) != null;
    }

    public String string(String key) {
        return scalar(key).orElseThrow(() -> missing(key));
    }

    public String string(String key, String otherwise) {
        return scalar(key).orElse(otherwise);
    }

    public int integer(String key, int min, int max) {
        return toInteger(key, string(key), min, max);
    }

    public int integer(String key, int min, int max, int otherwise) {
        return scalar(key).map(text -> toInteger(key, text, min, max)).orElse(otherwise);
    }

    public double number(String key) {
        return toNumber(key, string(key));
    }

    public double number(String key, double otherwise) {
        return scalar(key).map(text -> toNumber(key, text)).orElse(otherwise);
    }

    public boolean bool(String key, boolean otherwise) {
        return scalar(key).map(text -> toBoolean(key, text)).orElse(otherwise);
    }

    public Duration duration(String key) {
        return toDuration(key, string(key));
    }

    public Duration duration(String key, Duration otherwise) {
        return scalar(key).map(text -> toDuration(key, text)).orElse(otherwise);
    }

    public <E extends Enum<E>> E choice(String key, Class<E> type) {
        String text = string(key);
        for (E constant : type.getEnumConstants()) {
            if (word(constant).equals(text)) {
                return constant;
            }
        }
        List<String> words =
                Arrays.stream(type.getEnumConstants()).map(YamlMap::word).toList();
        throw error(key, "is '" + text + "', but must be one of " + String.join(", ", words));
    }

    /** An empty map when the key is absent, so that defaults and overrides of its keys still apply. */
    public YamlMap map(String key) {
        asked.add(key);
        return new YamlMap(source, qualified(key), values.get(key), override);
    }

    /** Empty when the key is absent. */
    public List<YamlMap> maps(String key) {
        List<YamlMap> maps = new ArrayList<>();
        for (Node item : sequence(key)) {
            maps.add(new YamlMap(source, qualified(key) + "[" + maps.size() + "]", item, override));
        }
        return maps;
    }

    /** Empty when the key is absent. */
    public List<String> strings(String key) {
        List<String> strings = new ArrayList<>();
        for (Node item : sequence(key)) {
            if (!(item instanceof ScalarNode scalar)) {
                throw new YamlError(source, lineOf(item), qualified(key) + " must be a list of plain values");
            }
            strings.add(scalar.getValue());
        }
        return strings;
    }

    /** Runs a check whose {@link IllegalArgumentException} becomes an error with this map's line. */
    public <T> T check(Supplier<T> check) {
        try {
            return check.get();
        } catch (IllegalArgumentException e) {
            throw new YamlError(source, line, String.valueOf(e.getMessage()));
        }
    }

    /** Call after the last getter: any key that was not asked for is an error. */
    public void rejectUnknownKeys() {
        for (String key : values.keySet()) {
            if (!asked.contains(key)) {
                throw error(key, "is not a known key" + nearest(key));
            }
        }
    }

    /** An error about one key of this map, with its line. */
    public YamlError error(String key, String problem) {
        return new YamlError(source, keyLines.getOrDefault(key, line), qualified(key) + " " + problem);
    }

    private Optional<String> scalar(String key) {
        asked.add(key);
        String overridden = override.apply(qualified(key));
        if (overridden != null) {
            return Optional.of(overridden);
        }
        Node node = values.get(key);
        if (node == null) {
            return Optional.empty();
        }
        if (!(node instanceof ScalarNode scalar)) {
            throw error(key, "must be one plain value");
        }
        return Optional.of(scalar.getValue());
    }

    private List<Node> sequence(String key) {
        asked.add(key);
        Node node = values.get(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw error(key, "must be a list");
        }
        return sequence.getValue();
    }

    private YamlError missing(String key) {
        return new YamlError(source, line, qualified(key) + " is missing");
    }

    private int toInteger(String key, String text, int min, int max) {
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw error(key, "is '" + text + "', but must be a whole number");
        }
        throw error(key, "is " + text + ", but must be from " + min + " to " + max);
    }

    private double toNumber(String key, String text) {
        try {
            double value = Double.parseDouble(text.strip());
            if (!Double.isNaN(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw error(key, "is '" + text + "', but must be a number");
        }
        throw error(key, "must be a number");
    }

    private boolean toBoolean(String key, String text) {
        return switch (text.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw error(key, "is '" + text + "', but must be true or false");
        };
    }

    private Duration toDuration(String key, String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw error(key, "is '" + text + "', but must be a time such as 500ms, 30s, 5m, 2h or 7d");
        }
    }

    private String qualified(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private String nearest(String key) {
        String best = "";
        int bestDistance = Integer.MAX_VALUE;
        for (String candidate : asked) {
            int distance = distance(key.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return best.isEmpty() ? "" : "; the nearest known key is " + qualified(best);
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static int lineOf(Node node) {
        return node.getStartMark().getLine() + 1;
    }
}
