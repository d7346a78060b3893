package io.fieldwatch.telemetry.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * What is kept of a token: SHA-256 of a salt of its own and the token. Tokens are 256 random bits, which nobody guesses, so
 * that a fast hash is enough and can be computed where connections are served.
 *
 * @param salt {@value #SALT_BYTES} random bytes
 * @param hash 32 bytes
 * @param expiresMillis from when on it is not valid, milliseconds since 1970; {@link Long#MAX_VALUE} for never
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as records, only by matches
public record TokenHash(byte[] salt, byte[] hash, long expiresMillis) {

    public static final int SALT_BYTES = 16;
    private static final int TOKEN_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new token: 43 letters, digits, - and _. */
    public static String newToken() {
        byte[] token = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(token);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** What to keep of a token. */
    public static TokenHash of(String token, long expiresMillis) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return new TokenHash(salt, hash(salt, token.getBytes(StandardCharsets.US_ASCII)), expiresMillis);
    }

    /** Whether these bytes are the token and it is still valid. Takes the same time whatever they are. */
    public boolean matches(byte[] token, long nowMillis) {
        return MessageDigest.isEqual(hash, hash(salt, token)) && nowMillis < expiresMillis;
    }

    private static byte[] hash(byte[] salt, byte[] token) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(salt);
            return sha.digest(token);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
