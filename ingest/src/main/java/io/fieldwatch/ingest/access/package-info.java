/** Decides who may come in and how much each may send. Start with {@link io.fieldwatch.ingest.access.Gatekeeper}. */
@NullMarked
package io.fieldwatch.ingest.access;

import org.jspecify.annotations.NullMarked;
