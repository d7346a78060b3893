package io.fieldwatch.ingest.access;

import io.fieldwatch.telemetry.access.Principal;

/** Stub. */
public sealed interface Verdict {
    /** Stub. */
    record Admitted(Principal principal) implements Verdict {}
    /** Stub. */
    record Refused(Refusal refusal) implements Verdict {}
    /** Stub. */
    enum Refusal {
        BAD_CREDENTIALS,
        NOT_AUTHORIZED,
        BACK_OFF,
        RATE
    }
}
