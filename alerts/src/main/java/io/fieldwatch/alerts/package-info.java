/**
 * Rules and alerts: a pure domain that does no input or output.
 *
 * <p>A <b>rule</b> watches a <b>condition</b> per device. When the condition has been true for the rule's on-delay an
 * <b>alert</b> is raised; an operator <b>acknowledges</b> it; it is cleared when the condition has been false for the
 * off-delay. The <b>alert log</b> is the truth about all of that; the {@link io.fieldwatch.alerts.AlertDesk} is what
 * operators see and do. Modelled on ISA-18.2 and OPC UA Part 9.
 */
@NullMarked
package io.fieldwatch.alerts;

import org.jspecify.annotations.NullMarked;
