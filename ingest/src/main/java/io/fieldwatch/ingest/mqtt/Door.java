package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.IngestMetric;
import io.fieldwatch.ingest.Intake;
import io.fieldwatch.ingest.TopicRoute;
import io.fieldwatch.ingest.access.Attempt;
import io.fieldwatch.ingest.access.CertificateId;
import io.fieldwatch.ingest.access.Gatekeeper;
import io.fieldwatch.ingest.access.Verdict;
import io.fieldwatch.telemetry.MetricSet;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.access.Principal;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Through here clients come in and go out: how many there may be, which CONNECT is granted what, which client ids are in
 * use, and why each connection ended. Shared by all sessions of an endpoint; thread-safe.
 */
final class Door {

    private static final int CLIENT_ID_CHARS_MAX = 1024;

    private final MqttConfig config;
    private final Intake intake;
    private final Gatekeeper gatekeeper;
    private final MetricSet<Ending> endings = new MetricSet<>(Ending.class);
    private final AtomicInteger connections = new AtomicInteger();
    private final ConnectedClients clients = new ConnectedClients();
    private final int connectionsMax;

    /** @param connectionsMax connections beyond this are closed at once */
    Door(MqttConfig config, int connectionsMax, Intake intake, Gatekeeper gatekeeper) {
        this.config = config;
        this.connectionsMax = connectionsMax;
        this.intake = intake;
        this.gatekeeper = gatekeeper;
    }

    MqttConfig config() {
        return config;
    }

    Intake intake() {
        return intake;
    }

    MetricSet<Ending> endings() {
        return endings;
    }

    /** Counts one more connection, unless there are enough. */
    boolean enter() {
        if (connections.incrementAndGet() > connectionsMax) {
            connections.decrementAndGet();
            count(Ending.TOO_MANY_CONNECTIONS);
            return false;
        }
        intake.metrics().add(IngestMetric.CONNECTIONS, 1);
        return true;
    }

    /** Says what a CONNECT is granted. Nothing here waits for anything. */
    Admission admit(ConnectPacket connect, Peer peer, @Nullable CertificateId certificate) {
        @Nullable Ending refusal = connect.isVersion5() ? refusal5(connect) : refusal3(connect);
        if (refusal != null) {
            return Admission.refused(refusal);
        }
        Verdict verdict = gatekeeper.admit(new Attempt(
                peer.address(), peer.isAnonymousAllowed(), connect.username(), connect.password(), certificate));
        return verdict instanceof Verdict.Admitted admitted
                ? admitted(connect, admitted)
                : Admission.refused(ending(((Verdict.Refused) verdict).refusal()));
    }

    /** The session is connected with its client id: whoever was, with this id and for this principal, is taken over. */
    void connected(MqttSession session) {
        @Nullable MqttSession other = clients.claim(session);
        if (other != null) {
            other.loop().execute(() -> other.end(Ending.SESSION_TAKEN_OVER));
        }
    }

    /** A connection that had {@linkplain #enter entered} is over. */
    void left(MqttSession session) {
        connections.decrementAndGet();
        clients.release(session);
        intake.metrics().add(IngestMetric.CONNECTIONS, -1);
    }

    /** Counts why a connection ends; once for each. */
    void count(Ending why) {
        endings.add(why, 1);
        switch (why.group()) {
            case REFUSAL -> intake.metrics().add(IngestMetric.CONNECTIONS_REFUSED, 1);
            case VIOLATION -> intake.metrics().add(IngestMetric.PROTOCOL_ERRORS, 1);
            case ORDERLY, LIMIT -> {}
        }
    }

    /** The principal as it is now, or nothing when it may not be here any more. */
    Optional<Principal> stillAdmitted(Principal principal) {
        return gatekeeper.stillAdmitted(principal);
    }

    private static Ending ending(Verdict.Refusal refusal) {
        return switch (refusal) {
            case BAD_CREDENTIALS -> Ending.BAD_CREDENTIALS;
            case NOT_AUTHORIZED -> Ending.CONNECT_NOT_AUTHORIZED;
            case BACK_OFF -> Ending.BACKING_OFF;
            case RATE -> Ending.CONNECT_RATE_EXCEEDED;
        };
    }

    private Admission admitted(ConnectPacket connect, Verdict.Admitted verdict) {
        Principal principal = verdict.principal();
        ConnectPacket.Will will = connect.will();
        if (will != null && !mayLeave(will, principal)) {
            return Admission.refused(Ending.WILL_NOT_AUTHORIZED);
        }
        int keepAlive = connect.keepAliveSeconds();
        int keepAliveMax = (int) config.keepAliveMax().toSeconds();
        boolean overrides = connect.isVersion5() && (keepAlive == 0 || keepAlive > keepAliveMax);
        String clientId = connect.clientId().isEmpty() ? "auto-" + UUID.randomUUID() : connect.clientId();
        return new Admission(
                null,
                principal,
                verdict.allowance(),
                clientId,
                overrides ? keepAliveMax : keepAlive,
                overrides ? keepAliveMax : 0);
    }

    /** A will waits for its moment without being seen, so where it goes is asked at once. */
    private boolean mayLeave(ConnectPacket.Will will, Principal principal) {
        return TopicRoute.of(will.topic(), intake.catalogue(), principal).refusal() != RejectReason.NOT_ALLOWED;
    }

    private static @Nullable Ending refusal5(ConnectPacket connect) {
        if (connect.hasAuthenticationMethod()) {
            return Ending.BAD_AUTHENTICATION_METHOD;
        }
        if (connect.clientId().length() > CLIENT_ID_CHARS_MAX) {
            return Ending.CLIENT_ID_NOT_VALID;
        }
        ConnectPacket.Will will = connect.will();
        if (will == null) {
            return null;
        }
        if (will.qos() > 1) {
            return Ending.WILL_QOS_NOT_SUPPORTED; // 3.2.2-12
        }
        if (will.retain()) {
            return Ending.WILL_RETAIN_NOT_SUPPORTED; // 3.2.2-13
        }
        return PublishTopics.isTopicName(will.topic()) ? null : Ending.WILL_TOPIC_INVALID;
    }

    /** A client without id must want a clean session (3.1.3-8): nothing could find its old one. */
    private static @Nullable Ending refusal3(ConnectPacket connect) {
        boolean isNamed = !connect.clientId().isEmpty();
        boolean mayBeNameless = connect.cleanStart() && connect.version() == 4;
        if (connect.clientId().length() > CLIENT_ID_CHARS_MAX || (!isNamed && !mayBeNameless)) {
            return Ending.CLIENT_ID_NOT_VALID;
        }
        ConnectPacket.Will will = connect.will();
        return will == null || PublishTopics.isTopicName(will.topic()) ? null : Ending.WILL_TOPIC_INVALID;
    }
}
