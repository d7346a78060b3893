package io.fieldwatch.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Label;
import io.fieldwatch.telemetry.YamlError;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleFileTest {

    private static final Catalogue CATALOGUE = Catalogue.builtIn();

    private static final String GOOD = """
            version: 1
            rules:
              - id: level
                kind: water-level
                property: currentLevel
                above: 280
                unit: m
                deadband: 0.1
                onDelay: 5s
                offDelay: 1m
                priority: P1
                vi: "Lũ"
                en: "Flood"
                cause: {vi: "Mưa", en: "Rain"}
                action: {vi: "Sơ tán", en: "Evacuate"}
                source: "somebody"
                area: "Tô Hiệu"
              - {id: silent, kind: "*", intervals: 3, priority: P4, vi: "Im", en: "Silent"}
            """;

    @Test
    void readsEverythingARuleMaySay() {
        RuleSet rules = RuleFile.parse("r.yaml", GOOD, CATALOGUE);

        ThresholdRule level = (ThresholdRule) rules.rule("level").orElseThrow();
        assertThat(level.limit()).isEqualTo(new Limit(Limit.Side.ABOVE, 280, 0.1));
        assertThat(level.onDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(level.offDelay()).isEqualTo(Duration.ofMinutes(1));
        assertThat(level.head().message()).isEqualTo(new Label("Lũ", "Flood"));
        assertThat(level.head().advice())
                .isEqualTo(new RuleHead.Advice(new Label("Mưa", "Rain"), new Label("Sơ tán", "Evacuate"), "somebody"));
        assertThat(level.head().area()).isEqualTo("Tô Hiệu");
        assertThat(rules.rule("silent")).get().isInstanceOf(NoDataRule.class);
        assertThat(rules.rule("nonsense")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "kind: water-level     | kind: water-lever        | line 4  | 'water-lever' is not in the catalogue",
                "currentLevel          | currentLever             | line 5  | water-level has currentLevel",
                "above: 280            | above: 900               | line 3  | no possible value is above",
                "above: 280            | above: high              | line 6  | must be a number",
                "above: 280            | equals: true             | line 6  | exactly one of above, below",
                "unit: m               | unit: cm                 | line 7  | is 'cm', but currentLevel is in 'm'",
                "deadband: 0.1         | deadband: -0.1           | line 8  | wrong side of the limit",
                "deadband: 0.1         | deadband: 300            | line 3  | could never clear",
                "onDelay: 5s           | onDelay: 5               | line 9  | must be a time such as",
                "offDelay: 1m          | offDelay: 8d             | line 3  | must be from 0 to 7d",
                "priority: P1          | priority: P6             | line 11 | must be one of P1 to P5",
                "id: silent            | id: level                | line 18 | rules[1].id 'level' is there twice",
                "source:               | sourse:                  | line 16 | the nearest known key is rules[0].source",
                "property:             | properties:              | line 3  | a rule has a property, or silentFor",
                "intervals: 3          | intervals: 3, silentFor: 5m | line 18 | exclude each other",
                "intervals: 3          | property: pm25, above: 3    | line 18 | must be one kind",
                "id: level             | id: Level!               | line 3  | must be lower-case words",
                "vi: \"Lũ\"            | vi: \"\"                 | line 12 | is empty",
                "version: 1            | version: 2               | line 1  | must be from 1 to 1",
            })
    void namesLineAndReason(String part, String replacement, String line, String reason) {
        String bad = GOOD.replaceFirst(Pattern.quote(part), replacement);
        assertThat(bad).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> RuleFile.parse("r.yaml", bad, CATALOGUE))
                .isInstanceOf(YamlError.class)
                .hasMessageContaining("r.yaml " + line + ":")
                .hasMessageContaining(reason);
    }

    @Test
    void refusesACodeThatThePropertyDoesNotHave() {
        String text = """
                version: 1
                rules:
                  - {id: a, kind: waste-container, property: status, equals: melting, priority: P1, vi: a, en: a}
                """;
        assertThatThrownBy(() -> RuleFile.parse("r.yaml", text, CATALOGUE))
                .hasMessageContaining("line 3")
                .hasMessageContaining("status is one of ok, lidOpen");
    }

    @Test
    void theBuiltInPackCoversEveryKindInBothLanguages() {
        List<Rule> rules = RuleSet.builtIn(CATALOGUE).rules();

        List<ThresholdRule> thresholds = rules.stream()
                .filter(ThresholdRule.class::isInstance)
                .map(ThresholdRule.class::cast)
                .toList();
        assertThat(thresholds).hasSizeGreaterThanOrEqualTo(14);
        assertThat(thresholds.stream().map(rule -> rule.head().kind()).collect(Collectors.toSet()))
                .isEqualTo(CATALOGUE.kinds().stream().map(Kind::name).collect(Collectors.toSet()));
        assertThat(CATALOGUE.kinds())
                .allMatch(kind -> rules.stream().anyMatch(rule -> rule instanceof NoDataRule && rule.watches(kind)));
        assertThat(rules).allSatisfy(rule -> {
            assertThat(rule.head().message().vi())
                    .isNotBlank()
                    .isNotEqualTo(rule.head().message().en());
            assertThat(rule.head().message().en()).isNotBlank();
            assertThat(rule.head().advice().source()).isNotBlank();
        });
    }
}
