package io.fieldwatch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fieldwatch.ingest.mqtt.Listener;
import io.fieldwatch.telemetry.YamlError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {

    @Test
    void anEmptyFileMeansAllDefaultsOnLoopback() {
        ServerConfig config = ConfigFile.parse("f.yaml", "", Map.of());
        assertThat(config.mqtt().bind()).isEqualTo("127.0.0.1");
        assertThat(config.mqtt().port()).isEqualTo(1883);
        assertThat(config.mqtt().allowAnonymous()).isFalse();
        assertThat(config.http().port()).isEqualTo(8080);
    }

    @Test
    void theEnvironmentOverridesAnyKey() {
        ServerConfig config = ConfigFile.parse(
                "f.yaml",
                "mqtt:\n  port: 2000\n",
                Map.of("FIELDWATCH_MQTT_PORT", "2001", "FIELDWATCH_JOURNAL_BUDGET_MEGABYTES", "300"));
        assertThat(config.mqtt().port()).isEqualTo(2001);
        assertThat(config.journal().budgetMegabytes()).isEqualTo(300);
    }

    @Test
    void anUnknownKeyIsNamedWithItsLineAndTheNearestKnownOne() {
        assertThatThrownBy(() -> ConfigFile.parse("f.yaml", "mqtt:\n  prt: 1883\n", Map.of()))
                .isInstanceOf(YamlError.class)
                .hasMessageContaining("f.yaml line 2")
                .hasMessageContaining("mqtt.prt")
                .hasMessageContaining("mqtt.port");
    }

    @Test
    void anUnknownVariableStopsTheStart() {
        assertThatThrownBy(() -> ConfigFile.parse("f.yaml", "", Map.of("FIELDWATCH_MQTT_PROT", "1")))
                .isInstanceOf(YamlError.class)
                .hasMessageContaining("FIELDWATCH_MQTT_PROT");
    }

    @Test
    void aBudgetBelowThreeSegmentsIsRefused() {
        assertThatThrownBy(() -> ConfigFile.parse(
                        "f.yaml", "journal:\n  segmentMegabytes: 64\n  budgetMegabytes: 100\n", Map.of()))
                .isInstanceOf(YamlError.class)
                .hasMessageContaining("budgetMegabytes");
    }

    @Test
    void aListenerThatOthersCanReachHasToBeAskedFor() {
        assertThatThrownBy(() -> ConfigFile.parse("f.yaml", "mqtt:\n  bind: 0.0.0.0\n", Map.of()))
                .isInstanceOf(YamlError.class)
                .hasMessageContaining("f.yaml line 2")
                .hasMessageContaining("allowAnonymous")
                .hasMessageContaining("allowPlaintext");
        assertThat(ConfigFile.parse("f.yaml", "http: {bind: 0.0.0.0, allowAnonymous: true}", Map.of())
                        .http()
                        .bind())
                .isEqualTo("0.0.0.0");
    }

    @Test
    void asksForCredentialsWhereverOthersCanReachItUnlessToldOtherwise() {
        assertThat(anonymous("")).containsExactly(true);
        assertThat(anonymous("mqtt: {requireCredentials: true}")).containsExactly(false);
        assertThat(anonymous("mqtt: {bind: 0.0.0.0, allowPlaintext: true}")).containsExactly(false);
        assertThat(anonymous("mqtt: {bind: 0.0.0.0, allowAnonymous: true}")).containsExactly(true);
        assertThat(anonymous("mqtt: {tls: {bind: 0.0.0.0, certificate: c.pem, key: k.pem}}"))
                .containsExactly(true, false);
    }

    private static List<Boolean> anonymous(String yaml) {
        return ConfigFile.parse("f.yaml", yaml, Map.of()).mqtt().listeners(null).stream()
                .map(Listener::anonymous)
                .toList();
    }

    @Test
    void readsAllOfTlsAndPrintsItWithoutTheSecret() {
        String yaml = """
                mqtt:
                  transport: io-uring
                  tls:
                    bind: 0.0.0.0
                    certificate: c.pem
                    key: k.pem
                    keyPassword: s3cret
                    clientAuthority: ca.pem
                    revoked: r.crl
                    clientsMust: true
                    reloadEvery: 1s
                  limits: {messagesPerSecond: 5, burstSeconds: 2}
                """;
        ServerConfig config = ConfigFile.parse("f.yaml", yaml, Map.of());
        String printed = ConfigFile.print(config);
        assertThat(printed).contains("k.pem", "clientsMust: true", "messagesPerSecond: 5", "***");
        assertThat(printed).doesNotContain("s3cret");
        assertThat(config.toString()).doesNotContain("s3cret");
        assertThat(ConfigFile.parse("printed.yaml", printed, Map.of()).mqtt().limits())
                .isEqualTo(config.mqtt().limits());
        assertThatThrownBy(() -> ConfigFile.parse("f.yaml", "mqtt: {tls: {certificate: c.pem}}", Map.of()))
                .isInstanceOf(YamlError.class)
                .hasMessageContaining("mqtt.tls.key");
    }

    @Test
    void secretsComeFromFilesAndAreNeverPrinted(@TempDir Path directory) throws Exception {
        Path secret = Files.writeString(directory.resolve("pw"), "s3cret\n");
        ServerConfig config = ConfigFile.parse(
                "f.yaml",
                "database:\n  url: jdbc:postgresql://h/d?password=hidden\n",
                Map.of("FIELDWATCH_DATABASE_PASSWORD_FILE", secret.toString()));
        assertThat(config.database().password()).isEqualTo("s3cret");
        assertThat(ConfigFile.print(config)).contains("***").doesNotContain("s3cret", "hidden");
        assertThat(config.toString()).doesNotContain("s3cret", "hidden");
    }

    @Test
    void whatIsPrintedReadsBackAsTheSame() {
        ServerConfig config = ConfigFile.parse("f.yaml", "http:\n  tileUrl: 'https://t/{z}/{x}/{y}.png'\n", Map.of());
        assertThat(ConfigFile.parse("printed.yaml", ConfigFile.print(config), Map.of()))
                .isEqualTo(config);
    }

    @Test
    void theExampleFileIsRightAndShowsTheDefaults() {
        Path example = Path.of(System.getenv().getOrDefault("FIELDWATCH_ROOT", ".."), "fieldwatch.yaml");
        assertThat(ConfigFile.read(example, Map.of())).isEqualTo(ConfigFile.parse("empty.yaml", "", Map.of()));
    }
}
