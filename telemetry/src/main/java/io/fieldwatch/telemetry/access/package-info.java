/** Stub. */
@NullMarked
package io.fieldwatch.telemetry.access;

import org.jspecify.annotations.NullMarked;
