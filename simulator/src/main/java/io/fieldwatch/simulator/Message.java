package io.fieldwatch.simulator;

/**
 * One message and the observations it carries; sent again it is the same bytes.
 *
 * @param number order within its gateway
 * @param ledgerNumber of its first observation; -1 without a ledger
 * @param observations how many it carries; 0 for a device's description
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way out; nobody compares two of these
record Message(long number, String topic, byte[] payload, long ledgerNumber, int observations) {}
