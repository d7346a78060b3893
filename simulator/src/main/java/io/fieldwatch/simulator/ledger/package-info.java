/**
 * What was published and what was acknowledged, on disk before it leaves, and the proof that it is what is stored. Knows
 * nothing of MQTT or of the database: what is stored comes through {@link
 * io.fieldwatch.simulator.ledger.StoredCity}.
 */
@NullMarked
package io.fieldwatch.simulator.ledger;

import org.jspecify.annotations.NullMarked;
