package io.fieldwatch.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Values by name, several of each; printed as their medians, a line each, at the end of a run. */
final class Figures {

    private record Key(String type, String name, String unit, int decimals) {}

    private final Map<Key, List<Double>> values = new LinkedHashMap<>();

    /** Adds a round's ratio. */
    void ratio(String name, double value) {
        add(new Key("ratio", name, "", 3), value);
    }

    /** Adds a round's figure. */
    void figure(String name, double value, String unit, int decimals) {
        add(new Key("figure", name, " " + unit, decimals), value);
    }

    /** {@code ratio NAME VALUE} and {@code figure NAME VALUE UNIT}; what could not be measured is left out. */
    void print(PrintStream out) {
        values.forEach((key, all) -> {
            double median = median(all);
            if (!Double.isNaN(median)) {
                String value = String.format(Locale.ROOT, "%." + key.decimals() + "f", median);
                out.println(key.type() + " " + key.name() + " " + value + key.unit());
            }
        });
    }

    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private void add(Key key, double value) {
        values.computeIfAbsent(key, absent -> new ArrayList<>()).add(value);
    }
}
