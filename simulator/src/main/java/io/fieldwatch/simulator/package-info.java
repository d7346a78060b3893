/** A seeded city of devices that speaks real MQTT, keeps a ledger and verifies it. */
@NullMarked
package io.fieldwatch.simulator;

import org.jspecify.annotations.NullMarked;
