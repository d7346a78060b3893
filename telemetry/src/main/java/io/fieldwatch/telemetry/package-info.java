/**
 * What an observation is, and what the modules say to each other.
 *
 * <p>Glossary; every word has this one meaning in all modules:
 *
 * <ul>
 *   <li><b>kind</b>: a type of device, such as {@code traffic-flow}; it owns typed <b>properties</b> with units and a
 *       physical range. All kinds together are the <b>catalogue</b>.
 *   <li><b>device</b>: one thing in the field, named by its kind and its external id. Inside the log it has a
 *       <b>device number</b>.
 *   <li><b>observation</b> (OGC/W3C SOSA): what one device said about one instant: kind, device, time, values. Its
 *       <b>identity</b> is (device, time).
 *   <li><b>block</b>: a run of records sealed together, the unit of writing and of acknowledging.
 *   <li><b>log</b>: an append-only sequence of blocks; a <b>position</b> is the byte offset of a block in it, from the
 *       log's birth, never reused.
 *   <li><b>tick</b>: a record that carries nothing but the wall clock, so that time reaches rules through the log.
 *   <li><b>quarantine</b>: where input goes that cannot be an observation, with its bytes and a reason.
 *   <li><b>area</b>: the ward or commune a device stands in.
 * </ul>
 *
 * <p>Units: times are microseconds since 1970-01-01T00:00:00Z unless the name says otherwise.
 */
@NullMarked
package io.fieldwatch.telemetry;

import org.jspecify.annotations.NullMarked;
