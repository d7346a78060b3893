package io.fieldwatch.ingest.access;

import io.fieldwatch.ingest.access.Verdict.Admitted;
import io.fieldwatch.ingest.access.Verdict.Refusal;
import io.fieldwatch.ingest.access.Verdict.Refused;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.access.AccessList;
import io.fieldwatch.telemetry.access.AccessSource;
import io.fieldwatch.telemetry.access.Credential;
import io.fieldwatch.telemetry.access.Principal;
import io.fieldwatch.telemetry.access.TokenHash;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Says who may come in, and as whom. Works from memory and never waits, so event loops may ask. Denies what it does not
 * know; a wrong token and an unknown name cost the same time and get the same answer. Thread-safe.
 */
public final class Gatekeeper {

    private static final byte[] NO_TOKEN = new byte[0];
    /** Compared with where there is nothing to compare with. */
    private static final TokenHash NEVER = new TokenHash(new byte[TokenHash.SALT_BYTES], new byte[32], Long.MIN_VALUE);

    private final AccessSource source;
    private final RateLimits limits;
    private final Clock clock;
    private final FailureBackoff backoff = new FailureBackoff();
    /** Of those who have been here, by username; never more than there are credentials. */
    private final Map<String, Allowance> allowances = new ConcurrentHashMap<>();

    public Gatekeeper(AccessSource source, RateLimits limits, Clock clock) {
        this.source = source;
        this.limits = limits;
        this.clock = clock;
        source.onChange(
                () -> allowances.keySet().removeIf(username -> source.current().find(username) == null));
    }

    public Verdict admit(Attempt attempt) {
        @Nullable String claimed = claimed(attempt);
        AccessList list = source.current();
        @Nullable Credential credential = claimed == null ? null : list.find(claimed);
        if (attempt.anonymousAllowed() && (claimed == null || list.isUnused())) {
            return new Admitted(Principal.anyone(), null);
        }
        if (claimed == null) {
            return new Refused(Refusal.NOT_AUTHORIZED);
        }
        long now = clock.nanos();
        if (!backoff.mayTry(attempt.peer(), claimed, now)) {
            return new Refused(Refusal.BACK_OFF);
        }
        boolean isProven = isProven(credential, attempt); // the same work for a name that nobody has
        if (credential == null || !isProven) {
            backoff.failed(attempt.peer(), claimed, now);
            return new Refused(Refusal.BAD_CREDENTIALS);
        }
        backoff.succeeded(attempt.peer(), claimed);
        Allowance allowance = allowances.computeIfAbsent(claimed, username -> new Allowance(limits));
        return allowance.connects(now) ? new Admitted(credential.principal(), allowance) : new Refused(Refusal.RATE);
    }

    /** The principal as it is now, or nothing when its credentials were revoked. */
    public Optional<Principal> stillAdmitted(Principal principal) {
        if (principal.isAnyone()) {
            return Optional.of(principal);
        }
        return Optional.ofNullable(source.current().find(principal.username())).map(Credential::principal);
    }

    private static @Nullable String claimed(Attempt attempt) {
        @Nullable CertificateId certificate = attempt.certificate();
        if (attempt.username() != null) {
            return attempt.username();
        }
        return certificate == null ? null : certificate.subject();
    }

    private boolean isProven(@Nullable Credential credential, Attempt attempt) {
        byte[] token = attempt.password() == null ? NO_TOKEN : attempt.password();
        boolean hasToken = false;
        List<TokenHash> tokens = credential == null ? List.of() : credential.tokens();
        for (int i = 0; i < Credential.TOKENS_MAX; i++) {
            TokenHash hash = i < tokens.size() ? tokens.get(i) : NEVER;
            hasToken |= hash.matches(token, clock.wallMillis());
        }
        return attempt.password() == null ? hasCertificate(credential, attempt.certificate()) : hasToken;
    }

    private static boolean hasCertificate(@Nullable Credential credential, @Nullable CertificateId certificate) {
        return credential != null
                && certificate != null
                && credential.certificate()
                && certificate.subject().equals(credential.principal().username())
                && (credential.fingerprint() == null || credential.fingerprint().equals(certificate.fingerprint()));
    }
}
