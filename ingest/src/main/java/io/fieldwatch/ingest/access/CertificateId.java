package io.fieldwatch.ingest.access;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * Whom a verified client certificate names.
 *
 * @param subject the common name of its subject
 * @param fingerprint SHA-256 of the certificate, in lower-case hexadecimal
 */
public record CertificateId(String subject, String fingerprint) {

    /** Null when its subject has no common name, or not exactly one. */
    public static @Nullable CertificateId of(X509Certificate certificate) {
        @Nullable String name = null;
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String value) {
                    if (name != null) {
                        return null;
                    }
                    name = value;
                }
            }
            if (name == null) {
                return null;
            }
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return new CertificateId(name, HexFormat.of().formatHex(hash));
        } catch (InvalidNameException | CertificateEncodingException e) {
            return null;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
