package io.fieldwatch.ingest.access;
/** Stub. */
public record CertificateId(String subject) {}
