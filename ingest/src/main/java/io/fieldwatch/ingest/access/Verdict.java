package io.fieldwatch.ingest.access;

import io.fieldwatch.telemetry.access.Principal;
import org.jspecify.annotations.Nullable;

/** What a {@link Gatekeeper} says of an {@link Attempt}. */
public sealed interface Verdict {

    /**
     * Comes in.
     *
     * @param allowance how much may be sent; null for as much as can be taken
     */
    record Admitted(Principal principal, @Nullable Allowance allowance) implements Verdict {}

    /** Stays outside. */
    record Refused(Refusal refusal) implements Verdict {}

    /** Why somebody stays outside. */
    enum Refusal {
        /** No such user, or the wrong token or certificate: which of these, nobody is told. */
        BAD_CREDENTIALS,
        /** Nothing was shown where something must be. */
        NOT_AUTHORIZED,
        /** Too many wrong attempts before; this one was not looked at. */
        BACK_OFF,
        /** Connects too often. */
        RATE
    }
}
