/**
 * A seeded city of devices that speaks real MQTT, keeps a ledger and verifies it.
 *
 * <ul>
 *   <li>{@link io.fieldwatch.simulator.Simulation}: the city against a broker or fieldwatch, from start to clean stop;
 *   <li>{@code city}: where the devices stand and what they say, as a pure function of seed and time;
 *   <li>{@code ledger}: what was published and what was acknowledged, and the proof that it is stored.
 * </ul>
 */
@NullMarked
package io.fieldwatch.simulator;

import org.jspecify.annotations.NullMarked;
