package io.fieldwatch.server;

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

    private static ServerConfig.Mqtt mqtt(YamlMap map) {
        var mqtt = map.check(() -> new ServerConfig.Mqtt(
                map.string("bind", "127.0.0.1"),
                map.integer("port", 0, 65_535, 1883),
                map.bool("allowAnonymous", false),
                map.integer("packetBytesMax", 1024, 512 * 1024, 256 * 1024),
                map.duration("linger", Duration.ofMillis(2)),
                map.duration("futureMax", Duration.ofMinutes(10)),
                map.duration("ageMax", Duration.ofDays(366))));
        map.rejectUnknownKeys();
        return mqtt;
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
        out.append("mqtt:\n");
        line(out, "  bind", config.mqtt().bind());
        line(out, "  port", config.mqtt().port());
        line(out, "  allowAnonymous", config.mqtt().allowAnonymous());
        line(out, "  packetBytesMax", config.mqtt().packetBytesMax());
        line(out, "  linger", config.mqtt().linger().toMillis() + "ms");
        line(out, "  futureMax", config.mqtt().futureMax().toSeconds() + "s");
        line(out, "  ageMax", config.mqtt().ageMax().toSeconds() + "s");
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
