package io.fieldwatch.storage;

/**
 * One property of one device over time, oldest first.
 *
 * @param timesMillis milliseconds since 1970; the start of each bucket when the values are averages
 * @param values in the property's unit; booleans as 0 and 1
 */
@SuppressWarnings("ArrayRecordComponent") // thousands of points on their way into JSON; nobody compares two of these
public record Series(long[] timesMillis, double[] values) {}
