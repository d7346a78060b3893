package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.access.CertificateId;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** Stub. */
final class Certificates {
    private Certificates() {}

    static @Nullable CertificateId of(Channel channel) {
        return null;
    }
}
