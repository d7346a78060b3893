package io.fieldwatch.storage;

import io.fieldwatch.telemetry.access.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Somebody to be let in.
 *
 * @param principal who, and for which devices
 * @param gateway whether it speaks for devices other than itself
 * @param certificate whether it shows a client certificate instead of a token
 * @param fingerprint the only certificate that counts, SHA-256 in lower-case hexadecimal; null for any trusted one
 */
public record Enrolment(
        Principal principal,
        boolean gateway,
        boolean certificate,
        @Nullable String fingerprint) {

    public Enrolment {
        if (principal.isAnyone() || principal.username().length() > 200) {
            throw new IllegalArgumentException("a user name has 1 to 200 characters");
        }
        if (principal.devices().isEmpty()) {
            throw new IllegalArgumentException(principal.username() + " would have no device to publish for");
        }
        if (fingerprint != null && !fingerprint.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a fingerprint is 64 hexadecimal digits, not " + fingerprint);
        }
    }
}
