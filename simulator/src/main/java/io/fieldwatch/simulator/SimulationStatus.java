package io.fieldwatch.simulator;

/**
 * How far a simulation is.
 *
 * @param published observations handed to MQTT
 * @param acked observations acknowledged
 * @param refused observations acknowledged with a failure code (MQTT 5); they are not sent again
 * @param inflight published and neither acknowledged nor refused
 * @param connected gateways that are connected now
 * @param gateways gateways in all
 * @param reconnects connections made anew
 * @param resent messages sent again after a connection was lost
 * @param lateMillis how far the slowest gateway is behind its schedule; the devices' schedule never waits
 */
public record SimulationStatus(
        long published,
        long acked,
        long refused,
        long inflight,
        int connected,
        int gateways,
        long reconnects,
        long resent,
        long lateMillis) {

    /** {@code published=… acked=… reconnects=… resent=…}, the simulator's part of a summary line. */
    public String summary() {
        return "published=" + published + " acked=" + acked + " reconnects=" + reconnects + " resent=" + resent;
    }
}
