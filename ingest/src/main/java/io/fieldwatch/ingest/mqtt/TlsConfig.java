package io.fieldwatch.ingest.mqtt;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How connections are encrypted: TLS 1.2 or 1.3. All files are PEM.
 *
 * @param certificate the server's certificate and what leads to its authority
 * @param key its private key (PKCS #8)
 * @param keyPassword null when the key is not encrypted
 * @param clientAuthority whose certificates clients may show; null when none are looked at
 * @param revoked certificates that are not valid any more (CRLs); null for none
 * @param clientsMust whether every client must show one
 * @param reloadEvery how often the files are looked at; a change holds for connections made from then on
 */
public record TlsConfig(
        Path certificate,
        Path key,
        @Nullable String keyPassword,
        @Nullable Path clientAuthority,
        @Nullable Path revoked,
        boolean clientsMust,
        Duration reloadEvery) {

    public TlsConfig {
        if (clientAuthority == null && (clientsMust || revoked != null)) {
            throw new IllegalArgumentException("client certificates need a clientAuthority that has signed them");
        }
        if (reloadEvery.toMillis() < 10) {
            throw new IllegalArgumentException("reloadEvery " + reloadEvery + " is less than 10 ms");
        }
    }

    @Override
    public String toString() {
        return "TlsConfig[certificate=" + certificate + ", key=" + key + ", clientAuthority=" + clientAuthority + "]";
    }
}
