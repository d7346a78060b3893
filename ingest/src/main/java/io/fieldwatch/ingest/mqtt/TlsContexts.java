package io.fieldwatch.ingest.mqtt;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of TLS. Looks at its files again and again; when they have changed, connections made from then on use
 * them, and those that are there stay. Files that cannot be used change nothing but the log and {@link #failures}. Uses
 * BoringSSL where it is there, else Java's own TLS. Thread-safe.
 */
public final class TlsContexts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);

    private final TlsConfig config;
    private final Duration handshakeMax;
    private final AtomicLong failures = new AtomicLong();
    private final ScheduledExecutorService watcher;
    private volatile SslContext context;
    private List<Long> stamps;
    private List<Long> brokenStamps = List.of();

    /**
     * Reads the files.
     *
     * @throws IOException naming what cannot be used: then nobody is served, rather than without encryption
     */
    public TlsContexts(TlsConfig config, Duration handshakeMax) throws IOException {
        this.config = config;
        this.handshakeMax = handshakeMax;
        this.stamps = stamps();
        this.context = build();
        this.watcher = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "tls-files");
            thread.setDaemon(true);
            return thread;
        });
        long millis = config.reloadEvery().toMillis();
        ScheduledFuture<?> unused = watcher.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
        LOG.info("TLS by {}", provider());
    }

    /** How often changed files could not be used. */
    public long failures() {
        return failures.get();
    }

    SslHandler newHandler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(handshakeMax.toMillis());
        return handler;
    }

    @Override
    public void close() {
        watcher.shutdownNow();
    }

    private synchronized void look() {
        List<Long> now = stamps();
        if (now.equals(stamps) || now.equals(brokenStamps)) {
            return;
        }
        try {
            context = build();
            stamps = now;
            brokenStamps = List.of();
            LOG.info("the TLS certificate was read again from {}", config.certificate());
        } catch (IOException | RuntimeException e) {
            brokenStamps = now;
            failures.incrementAndGet();
            LOG.error("the changed TLS files cannot be used; the ones before stay in use", e);
        }
    }

    /** Of each file when it was changed and how long it is; a file that is not there changes it, too. */
    private List<Long> stamps() {
        List<Long> all = new ArrayList<>();
        for (Path file : files()) {
            try {
                all.add(Files.getLastModifiedTime(file).toMillis());
                all.add(Files.size(file));
            } catch (IOException e) {
                all.add(-1L);
            }
        }
        return all;
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>(List.of(config.certificate(), config.key()));
        if (config.clientAuthority() != null) {
            files.add(config.clientAuthority());
        }
        if (config.revoked() != null) {
            files.add(config.revoked());
        }
        return files;
    }

    private static SslProvider provider() {
        return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    }

    private SslContext build() throws IOException {
        try (InputStream certificate = Files.newInputStream(config.certificate());
                InputStream key = Files.newInputStream(config.key())) {
            SslContextBuilder builder = SslContextBuilder.forServer(certificate, key, config.keyPassword())
                    .sslProvider(provider())
                    .protocols("TLSv1.3", "TLSv1.2")
                    .clientAuth(
                            config.clientAuthority() == null
                                    ? ClientAuth.NONE
                                    : config.clientsMust() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
            if (config.clientAuthority() != null) {
                builder.trustManager(trust(config.clientAuthority(), config.revoked()));
            }
            return builder.build();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("TLS cannot be set up from " + files() + ": " + e.getMessage(), e);
        }
    }

    /** Java's own check of a chain: dates, signatures, and the list of revoked certificates when there is one. */
    private static TrustManagerFactory trust(Path authority, @Nullable Path revoked)
            throws IOException, GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            int number = 0;
            for (Certificate certificate : factory.generateCertificates(in)) {
                anchors.setCertificateEntry("authority-" + number++, certificate);
            }
        }
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
        parameters.setRevocationEnabled(revoked != null);
        if (revoked != null) {
            try (InputStream in = Files.newInputStream(revoked)) {
                parameters.addCertStore(CertStore.getInstance(
                        "Collection", new CollectionCertStoreParameters(factory.generateCRLs(in))));
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(new CertPathTrustManagerParameters(parameters));
        return trust;
    }
}
