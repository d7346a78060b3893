package io.fieldwatch.ingest.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.ingest.access.Verdict.Admitted;
import io.fieldwatch.ingest.access.Verdict.Refusal;
import io.fieldwatch.ingest.access.Verdict.Refused;
import io.fieldwatch.telemetry.FakeClock;
import io.fieldwatch.telemetry.access.Credential;
import io.fieldwatch.telemetry.access.Principal;
import io.fieldwatch.telemetry.access.TokenHash;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GatekeeperTest {

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final FakeClock clock = new FakeClock(java.time.Instant.parse("2026-11-23T07:00:00Z"));
    private final AccessLists lists = new AccessLists();
    private final Gatekeeper gatekeeper = new Gatekeeper(lists, RateLimits.STANDARD, clock);

    @Test
    void takesWhoeverComesOnlyWhereThatIsAllowedAndNobodyIsNamed() throws Exception {
        assertThat(admitted(true, null, null)).isEqualTo(Principal.anyone());
        assertThat(refused(false, null, null)).isEqualTo(Refusal.NOT_AUTHORIZED);
        assertThat(admitted(true, "whoever", "x")).isEqualTo(Principal.anyone()); // nobody has credentials yet
        assertThat(refused(false, "whoever", "x")).isEqualTo(Refusal.BAD_CREDENTIALS);
        lists.set(AccessLists.user("cam-1", "secret", "cam-1"));
        assertThat(admitted(true, null, null)).isEqualTo(Principal.anyone());
        assertThat(refused(true, "whoever", "x")).isEqualTo(Refusal.BAD_CREDENTIALS);
        lists.set(); // all are revoked, which does not open the door
        assertThat(refused(true, "cam-1", "secret")).isEqualTo(Refusal.BAD_CREDENTIALS);
    }

    @Test
    void knowsATokenFromEverythingElse() throws Exception {
        lists.set(AccessLists.user("cam-1", "secret", "cam-1"));
        Principal principal = admitted(false, "cam-1", "secret");
        assertThat(principal.mayWrite("traffic-flow", "cam-1")).isTrue();
        assertThat(principal.mayWrite("traffic-flow", "cam-2")).isFalse();
        assertThat(principal.mayWrite("camera", "cam-1")).isFalse();
        for (String wrong : List.of("", "secre", "secret ", "SECRET", "secretsecret")) {
            assertThat(refused(false, "cam-1", wrong)).isEqualTo(Refusal.BAD_CREDENTIALS);
            assertThat(admitted(false, "cam-1", "secret")).isEqualTo(principal); // and the failures are forgotten
        }
        assertThat(refused(false, "cam-1", null)).isEqualTo(Refusal.BAD_CREDENTIALS);
    }

    @Test
    void takesTheOldTokenUntilItExpires() throws Exception {
        Principal principal = new Principal("cam-1", Map.of("traffic-flow", Set.of("cam-1")));
        TokenHash fresh = TokenHash.of("new", Long.MAX_VALUE);
        TokenHash old = TokenHash.of("old", clock.wallMillis() + 1000);
        lists.set(new Credential(principal, List.of(fresh, old), false, null));
        assertThat(admitted(false, "cam-1", "new")).isEqualTo(principal);
        assertThat(admitted(false, "cam-1", "old")).isEqualTo(principal);
        clock.advance(java.time.Duration.ofSeconds(2));
        assertThat(admitted(false, "cam-1", "new")).isEqualTo(principal);
        assertThat(refused(false, "cam-1", "old")).isEqualTo(Refusal.BAD_CREDENTIALS);
    }

    @Test
    void takesTheRightCertificateOfWhoShowsCertificates() {
        Principal principal = new Principal("cam-1", Map.of("traffic-flow", Set.of("cam-1")));
        lists.set(new Credential(principal, List.of(), true, "aa"), AccessLists.user("cam-2", "secret", "cam-2"));
        assertThat(certificate("cam-1", "aa", null)).isInstanceOf(Admitted.class);
        assertThat(certificate("cam-1", "aa", "cam-1")).isInstanceOf(Admitted.class);
        assertThat(certificate("cam-1", "bb", null)).isEqualTo(new Refused(Refusal.BAD_CREDENTIALS));
        assertThat(certificate("cam-2", "cc", null)).isEqualTo(new Refused(Refusal.BAD_CREDENTIALS));
        assertThat(certificate("cam-1", "aa", "cam-2")).isEqualTo(new Refused(Refusal.BAD_CREDENTIALS));
    }

    @Test
    void knowsWhoMayStillBeHere() throws Exception {
        lists.set(AccessLists.user("cam-1", "secret", "cam-1"));
        Principal principal = admitted(false, "cam-1", "secret");
        assertThat(gatekeeper.stillAdmitted(principal)).contains(principal);
        lists.set(AccessLists.user("cam-1", "secret", "cam-1", "cam-2"));
        assertThat(gatekeeper.stillAdmitted(principal))
                .hasValueSatisfying(
                        now -> assertThat(now.mayWrite("traffic-flow", "cam-2")).isTrue());
        lists.set();
        assertThat(gatekeeper.stillAdmitted(principal)).isEmpty();
        assertThat(gatekeeper.stillAdmitted(Principal.anyone())).contains(Principal.anyone());
    }

    @Test
    void makesWhoeverFailsAgainAndAgainWaitLongerEachTime() throws Exception {
        lists.set(AccessLists.user("cam-1", "secret", "cam-1"));
        for (int i = 0; i < 5; i++) {
            assertThat(refused(false, "cam-1", "wrong")).isEqualTo(Refusal.BAD_CREDENTIALS);
        }
        assertThat(refused(false, "cam-1", "secret")).isEqualTo(Refusal.BACK_OFF);
        InetAddress elsewhere = InetAddress.getByName("127.0.0.9");
        assertThat(gatekeeper.admit(attempt(elsewhere, false, "cam-1", "secret")))
                .isInstanceOf(Admitted.class);
        clock.advance(java.time.Duration.ofMillis(1100));
        assertThat(refused(false, "cam-1", "wrong")).isEqualTo(Refusal.BAD_CREDENTIALS);
        clock.advance(java.time.Duration.ofMillis(1100));
        assertThat(refused(false, "cam-1", "secret")).isEqualTo(Refusal.BACK_OFF);
        clock.advance(java.time.Duration.ofMillis(1100));
        assertThat(admitted(false, "cam-1", "secret").username()).isEqualTo("cam-1");
    }

    @Test
    void boundsHowOftenOneConnects() throws Exception {
        lists.set(AccessLists.user("cam-1", "secret", "cam-1"));
        for (int i = 0; i < RateLimits.STANDARD.connectsPerMinute(); i++) {
            assertThat(admitted(false, "cam-1", "secret").username()).isEqualTo("cam-1");
        }
        assertThat(refused(false, "cam-1", "secret")).isEqualTo(Refusal.RATE);
        clock.advance(java.time.Duration.ofSeconds(3));
        assertThat(admitted(false, "cam-1", "secret").username()).isEqualTo("cam-1");
    }

    @Test
    void remembersFailuresInBoundedMemory() throws Exception {
        FailureBackoff backoff = new FailureBackoff();
        for (int i = 0; i < 1_000_000; i++) {
            byte[] address = {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
            backoff.failed(InetAddress.getByAddress(address), "user-" + i, i);
        }
        assertThat(backoff.size()).isLessThanOrEqualTo(16_384);
    }

    @Test
    void fillsABucketAtItsRateAndNotBeyond() {
        RateLimit limit = new RateLimit(10, 5);
        for (int i = 0; i < 5; i++) {
            assertThat(limit.take(1, 0)).isTrue();
        }
        assertThat(limit.take(1, 0)).isFalse();
        assertThat(limit.take(1, 100_000_000)).isTrue();
        assertThat(limit.take(1, 100_000_000)).isFalse();
        assertThat(limit.take(5, 10_000_000_000L)).isTrue();
        assertThat(limit.take(1, 10_000_000_000L)).isFalse();
        assertThat(limit.take(50, 20_000_000_000L)).isTrue(); // as a debt
        assertThat(limit.take(1, 21_000_000_000L)).isFalse();
    }

    private Principal admitted(boolean anonymous, @Nullable String user, @Nullable String token) {
        Verdict verdict = gatekeeper.admit(attempt(HERE, anonymous, user, token));
        assertThat(verdict).isInstanceOf(Admitted.class);
        return ((Admitted) verdict).principal();
    }

    private Refusal refused(boolean anonymous, @Nullable String user, @Nullable String token) {
        Verdict verdict = gatekeeper.admit(attempt(HERE, anonymous, user, token));
        assertThat(verdict).isInstanceOf(Refused.class);
        return ((Refused) verdict).refusal();
    }

    private Verdict certificate(String subject, String fingerprint, @Nullable String user) {
        return gatekeeper.admit(new Attempt(HERE, false, user, null, new CertificateId(subject, fingerprint)));
    }

    private static Attempt attempt(InetAddress from, boolean anonymous, @Nullable String user, @Nullable String token) {
        byte @Nullable [] password = token == null ? null : token.getBytes(StandardCharsets.US_ASCII);
        return new Attempt(from, anonymous, user, password, null);
    }
}
