package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.ingest.BlockConfig;
import io.fieldwatch.ingest.access.AccessLists;
import io.fieldwatch.ingest.access.CertificateId;
import io.fieldwatch.ingest.access.Gatekeeper;
import io.fieldwatch.ingest.access.RateLimits;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.RevocationServer;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The TLS listener with Java's own TLS on the other side. */
class TlsTest {

    private static final String TOPIC = "fieldwatch/v1/traffic-flow/cam-1";
    private static final Duration HANDSHAKE = Duration.ofMillis(500);
    private static final Duration OFTEN = Duration.ofMillis(50);

    @TempDir
    private Path directory;

    private final AccessLists lists = new AccessLists();
    private X509Bundle authority;
    private X509Bundle device;
    private @Nullable TlsContexts contexts;
    private @Nullable Engine engine;

    @BeforeEach
    void make() throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        device = new CertificateBuilder().ecp256().subject("CN=cam-1,O=Son La").buildIssuedBy(authority);
        writeServer("server-1");
        lists.set(AccessLists.user("cam-1", null, "cam-1"), AccessLists.user("cam-2", "secret", "cam-2"));
    }

    @AfterEach
    void stop() {
        if (engine != null) {
            engine.close();
        }
        if (contexts != null) {
            contexts.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void takesTokensOverTls(String version) throws Exception {
        start(config(false, false, null));
        try (RawClient client = new RawClient(socket(null, version))) {
            assertThat(client.send(login("cam-2", "secret")).read()).isEqualTo("20020000");
            assertThat(client.publish3(2, 1, "fieldwatch/v1/traffic-flow/cam-2", "{\"intensity\":1}")
                            .read())
                    .isEqualTo("40020001");
        }
        assertThat(engine().records().observations).hasSize(1);
    }

    @Test
    void refusesOlderTlsAndWhoeverSpeaksNone() throws Exception {
        start(config(false, false, null));
        String hello = "0302" + "00".repeat(32) + "00" + "0004c013c009" + "0100";
        try (RawClient old = engine().raw();
                RawClient plain = engine().raw()) {
            int length = hello.length() / 2;
            old.send(String.format("16 0301 %04x 01 %06x %s", length + 4, length, hello));
            assertThat(old.read()).matches("15.*|closed");
            plain.connect3("plain", 60);
            assertThat(plain.read()).matches("15.*|closed");
        }
        await().until(() -> endings().get(Ending.TLS_FAILED) == 2);
    }

    @Test
    void endsAHandshakeThatStalls() throws Exception {
        start(config(false, false, null));
        try (RawClient client = engine().raw()) {
            client.send("16 0301 0200 01");
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
        await().until(() -> endings().get(Ending.TLS_FAILED) + endings().get(Ending.CONNECT_TIMEOUT) == 1);
    }

    @Test
    void knowsADeviceByItsCertificate() throws Exception {
        start(config(true, true, null));
        try (RawClient client = new RawClient(socket(device, "TLSv1.3"))) {
            assertThat(client.connect5("any-id", 60).read()).startsWith("201d0000");
            assertThat(client.publish5(2, 1, TOPIC, "00", "{\"intensity\":1}").read())
                    .isEqualTo("40020001");
            assertThat(client.publish5(2, 2, TOPIC + "0", "00", "{\"intensity\":1}")
                            .read())
                    .isEqualTo("4003000287");
        }
        assertThat(Objects.requireNonNull(CertificateId.of(device.getCertificate()))
                        .subject())
                .isEqualTo("cam-1");
    }

    @Test
    void letsNobodyInWithoutACertificateWhereEverybodyMustShowOne() throws Exception {
        start(config(true, true, null));
        assertRefused(null);
        X509Bundle other = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle stranger =
                new CertificateBuilder().ecp256().subject("CN=cam-1").buildIssuedBy(other);
        assertRefused(stranger);
    }

    @Test
    void takesATokenWhereACertificateMayBeShown() throws Exception {
        start(config(true, false, null));
        try (RawClient client = new RawClient(socket(null, "TLSv1.3"))) {
            assertThat(client.send(login("cam-2", "secret")).read()).isEqualTo("20020000");
        }
    }

    @Test
    void refusesACertificateThatWasRevoked() throws Exception {
        RevocationServer revocations = RevocationServer.getInstance();
        revocations.register(authority);
        X509Bundle lost = new CertificateBuilder().ecp256().subject("CN=cam-1").buildIssuedBy(authority);
        revocations.revoke(lost, Instant.now().minusSeconds(60));
        Path list = directory.resolve("revoked.crl");
        URI uri = revocations.getCrlUri(authority);
        try (InputStream in = uri.toURL().openStream()) {
            Files.copy(in, list);
        }
        start(config(true, true, list));
        assertRefused(lost);
        try (RawClient good = new RawClient(socket(device, "TLSv1.3"))) {
            assertThat(good.connect5("good", 60).read()).startsWith("201d0000");
        }
    }

    @Test
    void usesAChangedCertificateForNewConnectionsAndKeepsTheOldOnes() throws Exception {
        start(config(false, false, null));
        try (SSLSocket first = socket(null, "TLSv1.3");
                RawClient before = new RawClient(first)) {
            assertThat(before.send(login("cam-2", "secret")).read()).isEqualTo("20020000");
            assertThat(serverName(first)).isEqualTo("CN=server-1");
            writeServer("server-2");
            await().until(() -> {
                try (SSLSocket next = socket(null, "TLSv1.3")) {
                    return serverName(next).equals("CN=server-2");
                }
            });
            Files.writeString(directory.resolve("server.pem"), "no certificate");
            await().until(() -> contexts().failures() == 1);
            try (SSLSocket next = socket(null, "TLSv1.3")) {
                assertThat(serverName(next)).isEqualTo("CN=server-2");
            }
            assertThat(before.send("c000").read()).isEqualTo("d000");
        }
    }

    @Test
    void doesNotStartWithFilesItCannotUse() throws Exception {
        Files.writeString(directory.resolve("server.key"), "no key");
        assertThatThrownBy(() -> new TlsContexts(config(false, false, null), HANDSHAKE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("server.key");
    }

    private void writeServer(String name) throws Exception {
        X509Bundle server = new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
        Files.writeString(directory.resolve("server.key"), server.getPrivateKeyPEM());
        Files.writeString(directory.resolve("server.pem"), server.getCertificatePathPEM());
        Files.writeString(directory.resolve("authority.pem"), authority.getCertificatePEM());
    }

    private TlsConfig config(boolean clients, boolean must, @Nullable Path revoked) {
        return new TlsConfig(
                directory.resolve("server.pem"),
                directory.resolve("server.key"),
                null,
                clients ? directory.resolve("authority.pem") : null,
                revoked,
                must,
                OFTEN);
    }

    private void start(TlsConfig config) throws IOException {
        TlsContexts tls = new TlsContexts(config, HANDSHAKE);
        contexts = tls;
        Listener listener = new Listener(InetAddress.getLoopbackAddress(), 0, tls, false);
        engine = new Engine(
                BlockConfig.standard(),
                Engine.listening(List.of(listener)),
                new Gatekeeper(lists, RateLimits.NONE, Clock.system()));
    }

    private void assertRefused(@Nullable X509Bundle shown) {
        assertThatThrownBy(() -> {
                    try (RawClient client = new RawClient(socket(shown, "TLSv1.3"))) {
                        client.connect3("refused", 60);
                        if (client.read().equals(RawClient.CLOSED)) {
                            throw new IOException("closed");
                        }
                    }
                })
                .isInstanceOf(IOException.class);
    }

    private SSLSocket socket(@Nullable X509Bundle shown, String version) throws Exception {
        KeyManager @Nullable [] keys = null;
        if (shown != null) {
            KeyStore store = shown.toKeyStore("x".toCharArray());
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, "x".toCharArray());
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, authority.toTrustManagerFactory().getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket("127.0.0.1", engine().endpoint.port());
        socket.setSoTimeout(5000);
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        return socket;
    }

    private static String serverName(SSLSocket socket) throws Exception {
        return ((java.security.cert.X509Certificate) socket.getSession().getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    private static byte[] login(String user, String token) throws IOException {
        byte[] head = HexFormat.of().parseHex("00044d51545404c2003c");
        return RawClient.packet(0x10, head, RawClient.text("id"), RawClient.text(user), RawClient.text(token));
    }

    private Engine engine() {
        return Objects.requireNonNull(engine);
    }

    private TlsContexts contexts() {
        return Objects.requireNonNull(contexts);
    }

    @SuppressWarnings("unchecked")
    private MetricSet<Ending> endings() {
        return (MetricSet<Ending>) engine().endpoint.endings();
    }
}
