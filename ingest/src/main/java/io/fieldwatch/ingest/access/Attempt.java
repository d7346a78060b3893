package io.fieldwatch.ingest.access;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Stub. */
@SuppressWarnings("ArrayRecordComponent")
public record Attempt(
        InetAddress peer,
        boolean anonymousAllowed,
        String clientId,
        @Nullable String username,
        byte @Nullable [] password,
        @Nullable CertificateId certificate) {}
