/**
 * Who may publish what. The registry of devices says it; the endpoint asks an {@link
 * io.fieldwatch.telemetry.access.AccessList}, which is in memory, so that nothing on the way of a message waits for a
 * database.
 */
@NullMarked
package io.fieldwatch.telemetry.access;

import org.jspecify.annotations.NullMarked;
