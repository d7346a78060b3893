package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.access.AccessList;
import io.fieldwatch.telemetry.access.Credential;
import io.fieldwatch.telemetry.access.Principal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry of who may publish, on a real PostgreSQL, and the copy of it on disk. */
final class DeviceCredentialsTest {

    private static final Duration OFTEN = Duration.ofMillis(50);
    private static final int MANY = 20_000;

    private TestDatabase server;
    private Database database;
    private DeviceCredentials credentials;

    @BeforeEach
    void open() throws Exception {
        server = TestDatabases.EMBEDDED.fresh();
        database = new Database(StorageConfig.of(server.url()), Catalogue.builtIn());
        database.migrate();
        credentials = new DeviceCredentials(database);
    }

    @AfterEach
    void close() throws Exception {
        database.close();
        server.close();
    }

    @Test
    void givesATokenThatIsKeptOnlyAsAHash() throws Exception {
        String token = token(device("cam-1"));
        Credential stored = find("traffic-flow/cam-1");
        assertThat(stored.tokens()).hasSize(1);
        assertThat(stored.tokens().get(0).matches(utf8(token), 0)).isTrue();
        assertThat(stored.tokens().get(0).matches(utf8(token + "x"), 0)).isFalse();
        assertThat(stored.principal().mayWrite("traffic-flow", "cam-1")).isTrue();
        assertThat(stored.principal().mayWrite("traffic-flow", "cam-2")).isFalse();
        assertThat(server.rows("SELECT encode(hash, 'escape') || encode(salt, 'escape') FROM fieldwatch.device_token"))
                .noneMatch(row -> row.contains(token));
    }

    @Test
    void refusesASecondOneOfTheSameName() throws Exception {
        token(device("cam-1"));
        assertThatThrownBy(() -> token(device("cam-1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("traffic-flow/cam-1");
        assertThat(credentials.list()).hasSize(1);
    }

    @Test
    void keepsTheOldTokenForAWhileAndNoThird() throws Exception {
        String first = token(device("cam-1"));
        String second = credentials.rotate("traffic-flow/cam-1", Duration.ofDays(7), "me");
        assertThat(valid(first, second)).containsExactly(true, true);
        String third = credentials.rotate("traffic-flow/cam-1", Duration.ofDays(7), "me");
        assertThat(valid(first, second, third)).containsExactly(false, true, true);
        String fourth = credentials.rotate("traffic-flow/cam-1", Duration.ZERO, "me");
        assertThat(valid(third, fourth)).containsExactly(false, true);
        assertThatThrownBy(() -> credentials.rotate("nobody", Duration.ofDays(7), "me"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void revokesAndLetsInAgain() throws Exception {
        String old = token(device("cam-1"));
        credentials.revoke("traffic-flow/cam-1", "me");
        assertThat(load().find("traffic-flow/cam-1")).isNull();
        assertThat(credentials.list())
                .singleElement()
                .satisfies(each -> assertThat(each.revokedAt()).isNotNull());
        String fresh = token(device("cam-1"));
        assertThat(valid(old, fresh)).containsExactly(false, true);
        assertThatThrownBy(() -> credentials.revoke("nobody", "me")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givesNoTokenToWhoShowsACertificate() throws Exception {
        Principal gateway = new Principal("gw-1", Map.of("camera", Set.of("a", "b"), "weather", Set.of("c")));
        Map<String, String> tokens =
                credentials.add(List.of(new Enrolment(gateway, true, true, "ab".repeat(32))), "me");
        assertThat(tokens).isEmpty();
        Credential stored = find("gw-1");
        assertThat(stored.certificate()).isTrue();
        assertThat(stored.fingerprint()).isEqualTo("ab".repeat(32));
        assertThat(stored.principal()).isEqualTo(gateway);
        assertThatThrownBy(() -> credentials.rotate("gw-1", Duration.ofDays(7), "me"))
                .hasMessageContaining("certificate");
    }

    @Test
    void noticesWhenTheRecordOfChangesWasAltered() throws Exception {
        for (int i = 0; i < 4; i++) {
            token(device("cam-" + i));
        }
        assertThat(credentials.firstAlteredRecord()).isEmpty();
        server.execute("UPDATE fieldwatch.device_credential_event SET who = 'someone' WHERE id = 2");
        assertThat(credentials.firstAlteredRecord()).hasValue(2);
        server.execute("UPDATE fieldwatch.device_credential_event SET who = 'me' WHERE id = 2");
        assertThat(credentials.firstAlteredRecord()).isEmpty();
        server.execute("DELETE FROM fieldwatch.device_credential_event WHERE id = 3");
        assertThat(credentials.firstAlteredRecord()).hasValue(4);
    }

    @Test
    void followsTheRegistryAndKnowsItWithoutTheDatabase(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("access-list");
        AtomicInteger changes = new AtomicInteger();
        String token = token(device("cam-1"));
        try (CachedAccess access = cached(file)) {
            access.onChange(changes::incrementAndGet);
            access.start();
            await().until(() -> access.current().find("traffic-flow/cam-1") != null);
            token(device("cam-2"));
            await().until(() -> access.current().find("traffic-flow/cam-2") != null);
            credentials.revoke("traffic-flow/cam-2", "me");
            await().until(() -> access.current().find("traffic-flow/cam-2") == null);
            assertThat(changes.get()).isEqualTo(3);
            await().until(() -> Files.exists(file)
                    && new AccessFile(file).read().orElseThrow().version()
                            == access.current().version());
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        server.execute("DROP TABLE fieldwatch.device_token"); // the database is of no use any more
        try (CachedAccess access = cached(file)) {
            access.start();
            Credential known = Objects.requireNonNull(access.current().find("traffic-flow/cam-1"));
            assertThat(known.tokens().get(0).matches(utf8(token), 0)).isTrue();
            assertThat(access.current().find("traffic-flow/cam-2")).isNull();
        }
    }

    @Test
    void letsNobodyInFromADamagedCopy(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("access-list");
        token(device("cam-1"));
        new AccessFile(file).write(load());
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at += 7) {
            byte[] flipped = good.clone();
            flipped[at] ^= 0x10;
            Files.write(file, flipped);
            try (CachedAccess access = cached(file)) {
                assertThat(access.current().credentials()).isEmpty();
                assertThat(access.current().isUnused()).isFalse();
            }
        }
        Files.write(file, java.util.Arrays.copyOf(good, good.length - 9));
        try (CachedAccess access = cached(file)) {
            assertThat(access.current().credentials()).isEmpty();
            access.start();
            await().until(() -> access.current().find("traffic-flow/cam-1") != null);
            await().until(() -> Files.size(file) == good.length); // and the copy is good again
        }
    }

    @Test
    void takesManyAtOnce(@TempDir Path directory) throws Exception {
        List<Enrolment> all = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            all.add(device("load-" + i));
        }
        long begun = System.nanoTime();
        assertThat(credentials.add(all, "me")).hasSize(MANY);
        long added = System.nanoTime();
        AccessList list = load();
        long loaded = System.nanoTime();
        assertThat(list.credentials()).hasSize(MANY);
        AccessFile file = new AccessFile(directory.resolve("access-list"));
        file.write(list);
        assertThat(file.read().orElseThrow().credentials()).hasSize(MANY);
        System.out.printf(
                "%d credentials: added in %d ms, loaded in %d ms%n",
                MANY, (added - begun) / 1_000_000, (loaded - added) / 1_000_000);
    }

    private CachedAccess cached(Path file) {
        return new CachedAccess(credentials, file, OFTEN, new MetricSet<>(StorageMetric.class));
    }

    private String token(Enrolment enrolment) throws Exception {
        Map<String, String> tokens = credentials.add(List.of(enrolment), "me");
        String token = Objects.requireNonNull(tokens.get(enrolment.principal().username()));
        assertThat(token).hasSize(43);
        return token;
    }

    private static Enrolment device(String id) {
        Principal principal = new Principal("traffic-flow/" + id, Map.of("traffic-flow", Set.of(id)));
        return new Enrolment(principal, false, false, null);
    }

    private List<Boolean> valid(String... tokens) throws Exception {
        Credential stored = find("traffic-flow/cam-1");
        List<Boolean> valid = new ArrayList<>();
        for (String token : tokens) {
            valid.add(stored.tokens().stream().anyMatch(hash -> hash.matches(utf8(token), System.currentTimeMillis())));
        }
        return valid;
    }

    private Credential find(String username) throws Exception {
        return Objects.requireNonNull(load().find(username));
    }

    private AccessList load() throws Exception {
        return Objects.requireNonNull(credentials.loadUnless(Long.MIN_VALUE));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
