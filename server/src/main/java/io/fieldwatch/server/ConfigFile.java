package io.fieldwatch.server;

import io.fieldwatch.ingest.access.RateLimits;
import io.fieldwatch.ingest.mqtt.TlsConfig;
import io.fieldwatch.ingest.mqtt.Transport;
import io.fieldwatch.telemetry.YamlError;
import io.fieldwatch.telemetry.YamlMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link ServerConfig} from YAML. Every key can be overridden by the environment: {@code mqtt.port} by
 * {@code FIELDWATCH_MQTT_PORT}, {@code http.tileUrl} by {@code FIELDWATCH_HTTP_TILE_URL}. An unknown key or variable
 * stops the start.
 */
final class ConfigFile {

    private static final String PREFIX = "FIELDWATCH_";

    /** Variables of the launcher and of the tests; they are not configuration. */
    private static final String NOT_CONFIGURATION = "FIELDWATCH_(JAVA_OPTS|LOG|ROOT|TEST_.*|TIMESCALEDB_.*)";

    private final Map<String, String> environment;
    private final TreeSet<String> variablesKnown = new TreeSet<>();

    private ConfigFile(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * Reads a configuration file.
     *
     * @throws YamlError naming file, line and key of what is wrong
     */
    static ServerConfig read(Path file, Map<String, String> environment) {
        try {
            return parse(String.valueOf(file.getFileName()), Files.readString(file), environment);
        } catch (IOException e) {
            throw new YamlError("cannot read " + file + ": " + e);
        }
    }

    static ServerConfig parse(String source, String text, Map<String, String> environment) {
        return new ConfigFile(environment).parse(source, text);
    }

    private ServerConfig parse(String source, String text) {
        YamlMap root = YamlMap.parse(source, text, this::fromEnvironment);
        ServerConfig config = new ServerConfig(
                Path.of(root.string("dataDir", "data")),
                path(root, "catalogue"),
                path(root, "rules"),
                mqtt(root.map("mqtt")),
                journal(root.map("journal")),
                database(root.map("database")),
                http(root.map("http")));
        root.rejectUnknownKeys();
        rejectUnknownVariables();
        return config;
    }

    private MqttSettings mqtt(YamlMap map) {
        MqttSettings.@Nullable Tls tls = tls(map.map("tls"));
        RateLimits limits = limits(map.map("limits"));
        var mqtt = map.check(() -> new MqttSettings(
                map.string("bind", "127.0.0.1"),
                map.integer("port", 0, 65_535, 1883),
                map.bool("allowAnonymous", false),
                map.bool("requireCredentials", false),
                map.bool("allowPlaintext", false),
                map.has("transport") ? map.choice("transport", Transport.class) : Transport.EPOLL,
                map.integer("connectionsMax", 1, 10_000_000, 100_000),
                map.integer("acceptsPerSecond", 1, 1_000_000, 5_000),
                map.integer("packetBytesMax", 1024, 512 * 1024, 256 * 1024),
                map.duration("linger", Duration.ofMillis(2)),
                map.duration("futureMax", Duration.ofMinutes(10)),
                map.duration("ageMax", Duration.ofDays(366)),
                tls,
                limits));
        map.rejectUnknownKeys();
        return mqtt;
    }

    /** There is TLS when there is a certificate. */
    private MqttSettings.@Nullable Tls tls(YamlMap map) {
        @Nullable Path certificate = path(map, "certificate");
        @Nullable Path key = path(map, "key");
        @Nullable String keyPassword = secret(map, "keyPassword");
        @Nullable Path clientAuthority = path(map, "clientAuthority");
        @Nullable Path revoked = path(map, "revoked");
        boolean clientsMust = map.bool("clientsMust", false);
        Duration reloadEvery = map.duration("reloadEvery", Duration.ofSeconds(10));
        String bind = map.string("bind", "127.0.0.1");
        int port = map.integer("port", 0, 65_535, 8883);
        map.rejectUnknownKeys();
        if (certificate == null && key == null && clientAuthority == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw map.error(certificate == null ? "certificate" : "key", "is needed for TLS");
        }
        return map.check(() -> new MqttSettings.Tls(
                bind,
                port,
                new TlsConfig(certificate, key, keyPassword, clientAuthority, revoked, clientsMust, reloadEvery)));
    }

    private static RateLimits limits(YamlMap map) {
        RateLimits standard = RateLimits.STANDARD;
        var limits = map.check(() -> new RateLimits(
                map.integer("messagesPerSecond", 0, 10_000_000, standard.messagesPerSecond()),
                map.integer("bytesPerSecond", 0, Integer.MAX_VALUE, standard.bytesPerSecond()),
                map.integer("connectsPerMinute", 0, 1_000_000, standard.connectsPerMinute()),
                map.integer("burstSeconds", 1, 86_400, standard.burstSeconds())));
        map.rejectUnknownKeys();
        return limits;
    }

    private static ServerConfig.Journal journal(YamlMap map) {
        int segment = map.integer("segmentMegabytes", 8, 1024, 64);
        int budget = map.integer("budgetMegabytes", 24, 1 << 24, 8192);
        map.rejectUnknownKeys();
        return map.check(() -> new ServerConfig.Journal(segment, budget));
    }

    private ServerConfig.Database database(YamlMap map) {
        String url = map.string("url", "jdbc:postgresql://127.0.0.1:5432/fieldwatch");
        if (!url.startsWith("jdbc:postgresql://")) {
            throw map.error("url", "must begin with jdbc:postgresql://");
        }
        var database = new ServerConfig.Database(
                url,
                map.has("user") ? map.string("user") : null,
                secret(map, "password"),
                map.integer("writers", 1, 16, 2),
                map.integer("batchRowsMax", 1000, 1_000_000, 100_000),
                map.duration("visibleWithin", Duration.ofMillis(500)),
                map.duration("retention", Duration.ofDays(366)));
        map.rejectUnknownKeys();
        return database;
    }

    private static ServerConfig.Http http(YamlMap map) {
        var http = map.check(() -> new ServerConfig.Http(
                map.string("bind", "127.0.0.1"),
                map.integer("port", 0, 65_535, 8080),
                map.bool("allowAnonymous", false),
                map.has("tileUrl") ? map.string("tileUrl") : null,
                map.string("tileAttribution", "")));
        map.rejectUnknownKeys();
        return http;
    }

    private static @Nullable Path path(YamlMap map, String key) {
        return map.has(key) ? Path.of(map.string(key)) : null;
    }

    /** The key itself or a file that holds the value ({@code passwordFile}), never both. */
    private static @Nullable String secret(YamlMap map, String key) {
        String fileKey = key + "File";
        boolean direct = map.has(key);
        if (map.has(fileKey)) {
            if (direct) {
                throw map.error(fileKey, "and " + key + " are both given; give one");
            }
            try {
                return Files.readString(Path.of(map.string(fileKey))).strip();
            } catch (IOException e) {
                throw map.error(fileKey, "cannot be read: " + e);
            }
        }
        return direct ? map.string(key) : null;
    }

    private @Nullable String fromEnvironment(String key) {
        String variable = PREFIX
                + key.replaceAll("([a-z])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
        variablesKnown.add(variable);
        return environment.get(variable);
    }

    private void rejectUnknownVariables() {
        for (String variable : environment.keySet()) {
            if (variable.startsWith(PREFIX)
                    && !variable.matches(NOT_CONFIGURATION)
                    && !variablesKnown.contains(variable)) {
                throw new YamlError("the environment variable " + variable
                        + " is no key of the configuration; known are " + String.join(", ", variablesKnown));
            }
        }
    }

    /** The effective configuration as YAML, secrets masked. */
    static String print(ServerConfig config) {
        StringBuilder out = new StringBuilder();
        line(out, "dataDir", config.dataDir());
        line(out, "catalogue", config.catalogue());
        line(out, "rules", config.rules());
        mqtt(out, config.mqtt());
        out.append("journal:\n");
        line(out, "  segmentMegabytes", config.journal().segmentMegabytes());
        line(out, "  budgetMegabytes", config.journal().budgetMegabytes());
        out.append("database:\n");
        line(out, "  url", maskPassword(config.database().url()));
        line(out, "  user", config.database().user());
        line(out, "  password", config.database().password() == null ? null : "***");
        line(out, "  writers", config.database().writers());
        line(out, "  batchRowsMax", config.database().batchRowsMax());
        line(out, "  visibleWithin", config.database().visibleWithin().toMillis() + "ms");
        line(out, "  retention", config.database().retention().toSeconds() + "s");
        out.append("http:\n");
        line(out, "  bind", config.http().bind());
        line(out, "  port", config.http().port());
        line(out, "  allowAnonymous", config.http().allowAnonymous());
        line(out, "  tileUrl", config.http().tileUrl());
        line(out, "  tileAttribution", config.http().tileAttribution());
        return out.toString();
    }

    private static void mqtt(StringBuilder out, MqttSettings mqtt) {
        out.append("mqtt:\n");
        line(out, "  bind", mqtt.bind());
        line(out, "  port", mqtt.port());
        line(out, "  allowAnonymous", mqtt.allowAnonymous());
        line(out, "  requireCredentials", mqtt.requireCredentials());
        line(out, "  allowPlaintext", mqtt.allowPlaintext());
        line(
                out,
                "  transport",
                mqtt.transport().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        line(out, "  connectionsMax", mqtt.connectionsMax());
        line(out, "  acceptsPerSecond", mqtt.acceptsPerSecond());
        line(out, "  packetBytesMax", mqtt.packetBytesMax());
        line(out, "  linger", mqtt.linger().toMillis() + "ms");
        line(out, "  futureMax", mqtt.futureMax().toSeconds() + "s");
        line(out, "  ageMax", mqtt.ageMax().toSeconds() + "s");
        out.append("  limits:\n");
        line(out, "    messagesPerSecond", mqtt.limits().messagesPerSecond());
        line(out, "    bytesPerSecond", mqtt.limits().bytesPerSecond());
        line(out, "    connectsPerMinute", mqtt.limits().connectsPerMinute());
        line(out, "    burstSeconds", mqtt.limits().burstSeconds());
        MqttSettings.Tls tls = mqtt.tls();
        if (tls != null) {
            TlsConfig files = tls.files();
            out.append("  tls:\n");
            line(out, "    bind", tls.bind());
            line(out, "    port", tls.port());
            line(out, "    certificate", files.certificate());
            line(out, "    key", files.key());
            line(out, "    keyPassword", files.keyPassword() == null ? null : "***");
            line(out, "    clientAuthority", files.clientAuthority());
            line(out, "    revoked", files.revoked());
            line(out, "    clientsMust", files.clientsMust());
            line(out, "    reloadEvery", files.reloadEvery().toMillis() + "ms");
        }
    }

    /** A JDBC URL fit for logs. */
    static String maskPassword(String url) {
        return url.replaceAll("(?i)(password=)[^&]*", "$1***");
    }

    private static void line(StringBuilder out, String key, @Nullable Object value) {
        if (value != null && !value.toString().isEmpty()) {
            String text = value.toString();
            boolean plain = text.matches("[A-Za-z0-9./_-][A-Za-z0-9./_:@-]*") && !text.contains(": ");
            out.append(key)
                    .append(": ")
                    .append(plain ? text : "'" + text.replace("'", "''") + "'")
                    .append('\n');
        }
    }
}
