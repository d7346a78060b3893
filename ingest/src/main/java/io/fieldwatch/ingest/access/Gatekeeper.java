package io.fieldwatch.ingest.access;

import io.fieldwatch.telemetry.access.Principal;
import java.util.Optional;

/** Stub. */
public final class Gatekeeper {
    public Verdict admit(Attempt attempt) {
        return new Verdict.Admitted(Principal.anyone());
    }

    public Optional<Principal> stillAdmitted(Principal principal) {
        return Optional.of(principal);
    }
}
