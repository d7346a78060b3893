package io.fieldwatch.telemetry.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How somebody proves to be a {@link Principal}.
 *
 * @param tokens at most {@link #TOKENS_MAX}, so that a token can be changed while the old one still works
 * @param certificate whether a client certificate with the username as its subject's common name does
 * @param fingerprint SHA-256 of the one certificate that does, in lower-case hexadecimal; null for any that a trusted
 *     authority has signed
 */
public record Credential(
        Principal principal,
        List<TokenHash> tokens,
        boolean certificate,
        @Nullable String fingerprint) {

    public static final int TOKENS_MAX = 2;

    public Credential {
        tokens = List.copyOf(tokens);
        if (principal.isAnyone()) {
            throw new IllegalArgumentException("a credential of nobody");
        }
        if (tokens.size() > TOKENS_MAX) {
            throw new IllegalArgumentException(tokens.size() + " tokens of " + principal.username());
        }
    }
}
