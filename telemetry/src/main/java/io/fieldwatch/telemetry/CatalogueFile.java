package io.fieldwatch.telemetry;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads a catalogue from YAML; {@code kinds.yaml} beside this class is the example and the default. */
public final class CatalogueFile {

    private static final String BUILT_IN = "kinds.yaml";

    private CatalogueFile() {}

    static Catalogue readBuiltIn() {
        try (InputStream in = CatalogueFile.class.getResourceAsStream(BUILT_IN)) {
            if (in == null) {
                throw new IllegalStateException(BUILT_IN + " is missing from the telemetry module");
            }
            return parse(BUILT_IN, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param source the file's name, for messages
     * @throws YamlError with the line of the first thing that is wrong
     */
    public static Catalogue parse(String source, String text) {
        YamlMap root = YamlMap.parse(source, text);
        int version = root.integer("version", 1, Integer.MAX_VALUE);
        List<Kind> kinds = new ArrayList<>();
        for (YamlMap kind : root.maps("kinds")) {
            kinds.add(kind(kind));
        }
        root.rejectUnknownKeys();
        return root.check(() -> new Catalogue(version, kinds));
    }

    private static Kind kind(YamlMap map) {
        int number = map.integer("number", 1, Kind.NUMBER_MAX);
        String name = map.string("name");
        String model = map.string("model", "");
        var interval = map.duration("expectedInterval");
        Label label = label(map);
        List<Property> properties = new ArrayList<>();
        for (YamlMap property : map.maps("properties")) {
            properties.add(property(property));
        }
        map.rejectUnknownKeys();
        return map.check(() -> new Kind(number, name, model, label, interval, properties));
    }

    private static Property property(YamlMap map) {
        int number = map.integer("number", 0, Property.NUMBER_MAX);
        String name = map.string("name");
        PropertyType type = map.choice("type", PropertyType.class);
        String unit = map.string("unit", "");
        double min = map.number("min", Double.NEGATIVE_INFINITY);
        double max = map.number("max", Double.POSITIVE_INFINITY);
        List<String> codes = map.strings("codes");
        Label label = label(map);
        map.rejectUnknownKeys();
        return map.check(() -> new Property(number, name, type, unit, min, max, codes, label));
    }

    private static Label label(YamlMap map) {
        String name = map.string("name");
        return new Label(map.string("vi", name), map.string("en", name.toLowerCase(Locale.ROOT)));
    }
}
