package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.access.Allowance;
import io.fieldwatch.telemetry.access.Principal;
import org.jspecify.annotations.Nullable;

/**
 * What a CONNECT is granted.
 *
 * @param refusal why it is refused, or null; then the rest says nothing
 * @param principal who the connection speaks for
 * @param allowance how much may be sent; null for as much as can be taken
 * @param clientId the client's own or one made for it
 * @param keepAliveSeconds what stands between the two sides; 0 for none
 * @param serverKeepAliveSeconds what an MQTT 5 client is told instead of its own wish; 0 when its own stands
 */
record Admission(
        @Nullable Ending refusal,
        Principal principal,
        @Nullable Allowance allowance,
        String clientId,
        int keepAliveSeconds,
        int serverKeepAliveSeconds) {

    static Admission refused(Ending refusal) {
        return new Admission(refusal, Principal.anyone(), null, "", 0, 0);
    }
}
