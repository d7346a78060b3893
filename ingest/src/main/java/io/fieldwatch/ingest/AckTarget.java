package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.RejectReason;
import org.jspecify.annotations.Nullable;

/**
 * Whoever sent a message and waits to hear that it is on stable storage. All calls come on the {@link BlockBuilder}'s
 * thread.
 */
public interface AckTarget {

    /**
     * What was handed in with this token is on stable storage; {@link #flushAcks} follows soon.
     *
     * @param refusal why nothing of it could be accepted, so that all of it is in quarantine; else null
     */
    void acknowledge(int token, @Nullable RejectReason refusal);

    /** Sends what {@link #acknowledge} gathered. May be called when there is nothing. */
    void flushAcks();

    /** Something this target sent will not be acknowledged: it must be made to send again. */
    void abandon();
}
