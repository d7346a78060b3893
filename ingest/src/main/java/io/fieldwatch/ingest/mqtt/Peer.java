package io.fieldwatch.ingest.mqtt;

import java.net.InetAddress;

/**
 * Where a connection comes from.
 *
 * @param address of the other side
 * @param isAnonymousAllowed whether the listener it came through takes clients without credentials
 */
record Peer(InetAddress address, boolean isAnonymousAllowed) {}
