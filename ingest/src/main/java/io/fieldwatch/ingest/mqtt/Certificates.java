package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.access.CertificateId;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** The certificates that clients have shown. */
final class Certificates {

    private Certificates() {}

    /** Whom the client's verified certificate names; null without TLS or without one. */
    static @Nullable CertificateId of(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return null;
        }
        try {
            Certificate[] chain = tls.engine().getSession().getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate own ? CertificateId.of(own) : null;
        } catch (SSLPeerUnverifiedException e) {
            return null; // none was shown
        }
    }
}
