package io.fieldwatch.ingest.access;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who wants to come in.
 *
 * @param peer where from
 * @param anonymousAllowed whether whoever comes this way need not say who he is
 * @param username null when there is none
 * @param password the token; null when there is none
 * @param certificate of the TLS connection, verified; null when there is none
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes as received; nobody compares two of these
public record Attempt(
        InetAddress peer,
        boolean anonymousAllowed,
        @Nullable String username,
        byte @Nullable [] password,
        @Nullable CertificateId certificate) {}
