package io.fieldwatch.server;

import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.DeviceCredentials;
import io.fieldwatch.storage.Enrolment;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.access.Principal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code fieldwatch device add|rotate|revoke|list}: who may publish. */
@Command(
        name = "device",
        description = "Gives devices and gateways their credentials. A running engine follows within a second or two.",
        mixinStandardHelpOptions = true)
final class DeviceCommand {

    private static final String WHO = System.getProperty("user.name", "unknown");

    @Option(
            names = "--config",
            required = true,
            paramLabel = "F",
            description = "the engine's configuration",
            scope = ScopeType.INHERIT)
    private Path config = Path.of("fieldwatch.yaml");

    @Command(
            name = "add",
            description = {
                "Lets a device or a gateway publish and prints its token, once, alone on the last line.",
                "  device add --device traffic-flow/cam-1",
                "  device add --gateway gw-7 --device traffic-flow/cam-1 --device camera/cam-2",
                "  device add --from devices.txt --out tokens.txt    (a line each: kind/device)"
            },
            mixinStandardHelpOptions = true)
    int add(
            @Option(names = "--device", paramLabel = "KIND/ID", description = "a device; several for a gateway")
                    @Nullable
                    List<String> devices,
            @Option(names = "--gateway", paramLabel = "NAME", description = "the gateway that speaks for the devices")
                    @Nullable
                    String gateway,
            @Option(names = "--user", paramLabel = "NAME", description = "the device's user name, if not KIND/ID")
                    @Nullable
                    String user,
            @Option(
                            names = "--certificate",
                            description = "no token: a client certificate whose common name is the user name")
                    boolean certificate,
            @Option(names = "--fingerprint", paramLabel = "HEX", description = "only this certificate (SHA-256)")
                    @Nullable
                    String fingerprint,
            @Option(names = "--from", paramLabel = "FILE", description = "many devices, a line each: KIND/ID") @Nullable
                    Path from,
            @Option(names = "--out", paramLabel = "FILE", description = "for many: lines of user name, tab, token")
                    @Nullable
                    Path out)
            throws IOException {
        if (from != null) {
            return addAll(from, out);
        }
        if (devices == null || (gateway == null && devices.size() > 1)) {
            throw new Main.Failure("say one --device KIND/ID, or several with --gateway NAME, or --from FILE");
        }
        if (fingerprint != null && !certificate) {
            throw new Main.Failure("--fingerprint goes with --certificate");
        }
        String username = gateway != null ? gateway : user != null ? user : devices.get(0);
        Enrolment enrolment =
                new Enrolment(new Principal(username, byKind(devices)), gateway != null, certificate, fingerprint);
        requireKinds(List.of(enrolment));
        Map<String, String> tokens = with(credentials -> credentials.add(List.of(enrolment), WHO));
        System.out.println("user name " + username);
        System.out.println(
                certificate
                        ? "its client certificate must have the common name " + username
                        : "token, shown only now:\n" + tokens.get(username));
        return 0;
    }

    @Command(
            name = "rotate",
            description = "Prints a new token, alone on the last line; the one before stays valid for a while.",
            mixinStandardHelpOptions = true)
    int rotate(
            @Parameters(paramLabel = "USER") String username,
            @Option(
                            names = "--overlap",
                            paramLabel = "T",
                            defaultValue = "7d",
                            description = "how long the token before stays valid (${DEFAULT-VALUE})")
                    Duration overlap) {
        String token = with(credentials -> credentials.rotate(username, overlap, WHO));
        System.out.println("token, shown only now:\n" + token);
        return 0;
    }

    @Command(
            name = "revoke",
            description = "Lets a device or gateway publish no more and ends its connections.",
            mixinStandardHelpOptions = true)
    int revoke(@Parameters(paramLabel = "USER") String username) {
        with(credentials -> {
            credentials.revoke(username, WHO);
            return true;
        });
        System.out.println(username + " may not publish any more");
        return 0;
    }

    @Command(
            name = "list",
            description = "All that have or had credentials, and whether the record of changes is as it was written.",
            mixinStandardHelpOptions = true)
    int list() {
        List<DeviceCredentials.Listed> all = with(DeviceCredentials::list);
        System.out.printf("%-40s %-8s %-12s %-21s %s%n", "USER", "ROLE", "PROVES BY", "STATE", "DEVICES");
        for (DeviceCredentials.Listed each : all) {
            long devices = each.principal().devices().values().stream()
                    .mapToLong(Set::size)
                    .sum();
            System.out.printf(
                    "%-40s %-8s %-12s %-21s %s%n",
                    each.principal().username(),
                    each.gateway() ? "gateway" : "device",
                    each.certificate() ? "certificate" : each.tokens() + (each.tokens() == 1 ? " token" : " tokens"),
                    each.revokedAt() == null
                            ? "may publish"
                            : "revoked " + each.revokedAt().toString().substring(0, 10),
                    devices == 1 ? only(each.principal()) : devices + " devices");
        }
        OptionalLong altered = with(DeviceCredentials::firstAlteredRecord);
        if (altered.isPresent()) {
            System.err.println("fieldwatch: the record of changes was altered at number " + altered.getAsLong()
                    + " (fieldwatch.device_credential_event)");
            return 1;
        }
        return 0;
    }

    private int addAll(Path from, @Nullable Path out) throws IOException {
        if (out == null) {
            throw new Main.Failure("--from needs --out FILE for the tokens");
        }
        List<Enrolment> enrolments = new ArrayList<>();
        List<String> lines = Files.readAllLines(from, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                enrolments.add(new Enrolment(new Principal(line, byKind(List.of(line))), false, false, null));
            } catch (Main.Failure e) {
                throw new Main.Failure(from + " line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        requireKinds(enrolments);
        // First the file, so that no token is made that cannot be kept.
        Files.createFile(out, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Map<String, String> tokens = with(credentials -> credentials.add(enrolments, WHO));
        Files.write(
                out,
                tokens.entrySet().stream()
                        .map(token -> token.getKey() + "\t" + token.getValue())
                        .collect(Collectors.toList()));
        System.out.println(tokens.size() + " devices may publish; their tokens are in " + out);
        return 0;
    }

    private static Map<String, Set<String>> byKind(List<String> devices) {
        return devices.stream()
                .map(DeviceCommand::split)
                .collect(Collectors.groupingBy(
                        parts -> parts[0], Collectors.mapping(parts -> parts[1], Collectors.toUnmodifiableSet())));
    }

    private static String[] split(String device) {
        int slash = device.indexOf('/');
        if (slash < 1 || slash == device.length() - 1 || device.indexOf('/', slash + 1) >= 0) {
            throw new Main.Failure("'" + device + "' is not KIND/ID, such as traffic-flow/cam-1");
        }
        return new String[] {device.substring(0, slash), device.substring(slash + 1)};
    }

    private static String only(Principal principal) {
        Map.Entry<String, Set<String>> kind =
                principal.devices().entrySet().iterator().next();
        return kind.getKey() + "/" + kind.getValue().iterator().next();
    }

    /** A permission for a kind that is not there would be of no use to anybody. */
    private void requireKinds(List<Enrolment> enrolments) {
        Catalogue catalogue =
                CityData.read(ConfigFile.read(config, System.getenv())).catalogue();
        for (Enrolment enrolment : enrolments) {
            for (String kind : enrolment.principal().devices().keySet()) {
                if (catalogue.kindOrNull(kind) == null) {
                    throw new Main.Failure("there is no kind " + kind + "; there are "
                            + catalogue.kinds().stream().map(Kind::name).collect(Collectors.joining(", ")));
                }
            }
        }
    }

    /** Something done with the registry. */
    private interface Work<T> {
        T with(DeviceCredentials credentials) throws SQLException;
    }

    private <T> T with(Work<T> work) {
        ServerConfig server = ConfigFile.read(config, System.getenv());
        ServerConfig.Database given = server.database();
        StorageConfig storage = StorageConfig.of(given.url()).withCredentials(given.user(), given.password());
        try (Database database = new Database(storage, CityData.read(server).catalogue())) {
            return work.with(new DeviceCredentials(database));
        } catch (SQLException e) {
            throw new Main.Failure("the database does not do it: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new Main.Failure(String.valueOf(e.getMessage()), e);
        }
    }
}
