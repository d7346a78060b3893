package io.fieldwatch.server;

import io.fieldwatch.alerts.RuleFile;
import io.fieldwatch.alerts.RuleSet;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.CatalogueFile;
import io.fieldwatch.telemetry.YamlError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a city brings as data: its kinds of device and its alert rules. */
record CityData(Catalogue catalogue, RuleSet rules) {

    /**
     * Reads the files a configuration names, or the built-in ones.
     *
     * @throws YamlError naming file and line of what is wrong
     */
    static CityData read(ServerConfig config) {
        Path kinds = config.catalogue();
        Catalogue catalogue = kinds == null ? Catalogue.builtIn() : CatalogueFile.parse(kinds.toString(), text(kinds));
        @Nullable Path rules = config.rules();
        RuleSet ruleSet =
                rules == null ? RuleSet.builtIn(catalogue) : RuleFile.parse(rules.toString(), text(rules), catalogue);
        return new CityData(catalogue, ruleSet);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new YamlError("cannot read " + file + ": " + e);
        }
    }
}
