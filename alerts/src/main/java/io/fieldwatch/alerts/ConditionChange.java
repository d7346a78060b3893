package io.fieldwatch.alerts;

/**
 * A condition began or ended.
 *
 * @param raised true when it began
 * @param raisedMicros when it began; names the occurrence
 * @param timeMicros when it changed
 * @param value of the property; NaN for silence
 */
record ConditionChange(Watch watch, int device, boolean raised, long raisedMicros, long timeMicros, double value) {}
