package io.fieldwatch.ingest;

import java.time.Duration;

/**
 * Limits of the blocks that a {@link BlockBuilder} fills.
 *
 * @param lingerMillis how long an observation waits for company before its block is sealed
 * @param blockBytesMax capacity of a block; a payload that cannot fit goes to quarantine
 * @param blocksMax blocks one builder has, open, waiting and in flight together; its memory is this many times
 *     {@code blockBytesMax}
 * @param ackWithin a sender whose message is not durable by then is disconnected, so that it sends again
 */
public record BlockConfig(int lingerMillis, int blockBytesMax, int blocksMax, Duration ackWithin) {

    /** Room for the longest topic and source beside a cut payload, so that any rejection fits an empty block. */
    private static final int BLOCK_BYTES_MIN = 192 * 1024;

    public BlockConfig {
        if (lingerMillis < 0 || lingerMillis > 10_000) {
            throw new IllegalArgumentException("lingerMillis " + lingerMillis + " is not 0 to 10000");
        }
        if (blockBytesMax < BLOCK_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "blockBytesMax " + blockBytesMax + " is less than " + BLOCK_BYTES_MIN + " bytes");
        }
        if (blocksMax < 3) {
            throw new IllegalArgumentException("blocksMax " + blocksMax + ": one open, one in flight, one spare");
        }
        if (ackWithin.isNegative() || ackWithin.isZero()) {
            throw new IllegalArgumentException("ackWithin must be positive");
        }
    }

    public static BlockConfig standard() {
        return new BlockConfig(2, 1 << 20, 8, Duration.ofSeconds(30));
    }
}
