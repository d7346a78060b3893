package io.fieldwatch.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class YamlMapTest {

    private static final String FILE = """
            # a comment
            name: fieldwatch
            mqtt:
              port: 1883
              linger: 50ms
              ratio: 0.5
              tls: true
            areas: [Chiềng Lề, Tô Hiệu]
            rules:
              - id: a
              - id: b
                port: 2
            """;

    private enum Level {
        LOW,
        VERY_HIGH
    }

    @Test
    void readsEveryTypeOfValue() {
        YamlMap root = YamlMap.parse("f.yaml", FILE);
        YamlMap mqtt = root.map("mqtt");

        assertThat(root.string("name")).isEqualTo("fieldwatch");
        assertThat(mqtt.integer("port", 1, 65_535)).isEqualTo(1883);
        assertThat(mqtt.duration("linger")).isEqualTo(Duration.ofMillis(50));
        assertThat(mqtt.number("ratio")).isEqualTo(0.5);
        assertThat(mqtt.bool("tls", false)).isTrue();
        assertThat(root.strings("areas")).containsExactly("Chiềng Lề", "Tô Hiệu");
        assertThat(root.maps("rules")).extracting(rule -> rule.string("id")).containsExactly("a", "b");
        assertThat(root.has("areas")).isTrue();
        assertThat(root.has("area")).isFalse();
    }

    @Test
    void usesTheGivenDefaultForWhatIsAbsent() {
        YamlMap root = YamlMap.parse("f.yaml", "");

        assertThat(root.string("a", "x")).isEqualTo("x");
        assertThat(root.integer("b", 1, 9, 5)).isEqualTo(5);
        assertThat(root.number("c", 0.25)).isEqualTo(0.25);
        assertThat(root.bool("d", true)).isTrue();
        assertThat(root.duration("e", Duration.ofDays(7))).isEqualTo(Duration.ofDays(7));
        assertThat(root.strings("f")).isEmpty();
        assertThat(root.maps("g")).isEmpty();
        assertThat(root.map("h").integer("i", 0, 9, 3)).isEqualTo(3);
        root.rejectUnknownKeys();
    }

    @Test
    void namesFileLineAndKeyOfWhatIsWrong() {
        YamlMap root = YamlMap.parse("f.yaml", FILE);
        YamlMap mqtt = root.map("mqtt");
        YamlMap second = root.maps("rules").get(1);

        fails("f.yaml line 4: mqtt.port is 1883, but must be from 1 to 1000", () -> mqtt.integer("port", 1, 1000));
        fails("f.yaml line 5: mqtt.linger is '50ms', but must be a whole number", () -> mqtt.integer("linger", 1, 9));
        fails("f.yaml line 5: mqtt.linger is '50ms', but must be a number", () -> mqtt.number("linger"));
        fails("f.yaml line 6: mqtt.ratio is '0.5', but must be true or false", () -> mqtt.bool("ratio", true));
        fails(
                "f.yaml line 4: mqtt.port is '1883', but must be a time such as 500ms, 30s, 5m, 2h or 7d",
                () -> mqtt.duration("port"));
        fails("f.yaml line 2: name must be a list", () -> root.strings("name"));
        fails("f.yaml line 8: areas must be one plain value", () -> root.string("areas"));
        fails("f.yaml line 2: name must be a mapping of keys", () -> root.map("name"));
        fails("f.yaml line 8: areas[0] must be a mapping of keys", () -> root.maps("areas"));
        fails("f.yaml line 10: rules must be a list of plain values", () -> root.strings("rules"));
        fails("f.yaml line 11: rules[1].host is missing", () -> second.string("host"));
        fails("f.yaml line 12: rules[1].port is not mine", () -> {
            throw second.error("port", "is not mine");
        });
    }

    @Test
    void namesTheNearestKnownKeyForAnUnknownOne() {
        YamlMap root = YamlMap.parse("f.yaml", "journal:\n  budgetBytes: 1\n  segmntBytes: 2\n");
        YamlMap journal = root.map("journal");
        journal.integer("budgetBytes", 0, 9);
        journal.integer("segmentBytes", 0, 9, 1);

        fails(
                "f.yaml line 3: journal.segmntBytes is not a known key; the nearest known key is journal.segmentBytes",
                journal::rejectUnknownKeys);
        root.rejectUnknownKeys();
    }

    @Test
    void refusesAKeyThatIsThereTwice() {
        fails(
                "f.yaml line 3: a.b is there twice",
                () -> YamlMap.parse("f.yaml", "a:\n  b: 1\n  b: 1\n").map("a"));
    }

    @Test
    void refusesWhatIsNotYamlWithItsLine() {
        assertThatExceptionOfType(YamlError.class)
                .isThrownBy(() -> YamlMap.parse("f.yaml", "a: 1\nb: [1, 2\n"))
                .withMessageStartingWith("f.yaml line ");
        fails("f.yaml line 1: the file must be a mapping of keys", () -> YamlMap.parse("f.yaml", "- 1\n"));
        fails("f.yaml line 1: a key must be a plain word", () -> YamlMap.parse("f.yaml", "[a, b]: 1\n"));
    }

    @Test
    void refusesWhatYamlItselfCannotHold() {
        for (String text :
                new String[] {"a: \u0000", "a: " + "[".repeat(100) + "]".repeat(100), "--- {a: 1}\n--- {b: 2}"}) {
            assertThatExceptionOfType(YamlError.class)
                    .isThrownBy(() -> YamlMap.parse("f.yaml", text))
                    .withMessageStartingWith("f.yaml");
        }
    }

    @Test
    void replacesSingleValuesByTheirPath() {
        Map<String, String> environment =
                Map.of("mqtt.port", "1884", "mqtt.host", "::1", "http.port", "99", "name", "other");
        YamlMap root = YamlMap.parse("f.yaml", FILE, environment::get);

        assertThat(root.string("name")).isEqualTo("other");
        assertThat(root.map("mqtt").integer("port", 1, 65_535)).isEqualTo(1884);
        assertThat(root.map("mqtt").has("host")).isTrue();
        assertThat(root.map("mqtt").string("host", "127.0.0.1")).isEqualTo("::1");
        assertThat(root.map("http").integer("port", 1, 65_535)).isEqualTo(99);
        fails(
                "f.yaml line 4: mqtt.port is 1884, but must be from 1 to 9",
                () -> root.map("mqtt").integer("port", 1, 9));
    }

    @Test
    void readsAChoiceAsWordsJoinedByHyphens() {
        YamlMap root = YamlMap.parse("f.yaml", "a: very-high\nb: VERY_HIGH\n");

        assertThat(root.choice("a", Level.class)).isEqualTo(Level.VERY_HIGH);
        fails(
                "f.yaml line 2: b is 'VERY_HIGH', but must be one of low, very-high",
                () -> root.choice("b", Level.class));
    }

    @Test
    void turnsAFailedCheckIntoAnErrorWithALine() {
        YamlMap root = YamlMap.parse("f.yaml", "\nx:\n  y: 1\n");

        assertThat(root.check(() -> 5)).isEqualTo(5);
        fails(
                "f.yaml line 3: no good",
                () -> root.map("x").check(() -> {
                    throw new IllegalArgumentException("no good");
                }));
    }

    private static void fails(String message, ThrowingCallable call) {
        assertThatExceptionOfType(YamlError.class).isThrownBy(call).withMessage(message);
    }
}
