/**
 * The operators' web page, the HTTP API under {@code /api/v1}, the live stream and the probes.
 *
 * <p>Public: {@link io.fieldwatch.console.ConsoleServer} with its {@link io.fieldwatch.console.ConsoleConfig},
 * {@link io.fieldwatch.console.LiveDevices} that it shows, and {@link io.fieldwatch.console.Readiness} that it asks.
 *
 * <p>One event loop serves all connections and owns the state of the live stream. It never waits: whatever may block
 * (the database, probes, big snapshots) runs on small worker pools that refuse work when they have too much of it.
 */
@NullMarked
package io.fieldwatch.console;

import org.jspecify.annotations.NullMarked;
