package io.fieldwatch.ingest;

import java.time.Duration;

/**
 * What is taken in, whatever way it comes.
 *
 * @param blocks how observations are gathered for the log
 * @param maxFuture an observation further ahead of the server's clock is quarantined
 * @param clockErrorMax an observation further ahead than this, but not too far, is stored and flagged
 * @param maxAge an observation older than this is quarantined
 * @param devicesMax devices the log may come to know; more are quarantined, so that made-up ids cannot fill memory
 */
public record IngestConfig(
        BlockConfig blocks, Duration maxFuture, Duration clockErrorMax, Duration maxAge, int devicesMax) {

    public IngestConfig {
        if (maxFuture.isNegative() || clockErrorMax.isNegative() || maxAge.isNegative()) {
            throw new IllegalArgumentException("maxFuture, clockErrorMax and maxAge must not be negative");
        }
        if (devicesMax < 1) {
            throw new IllegalArgumentException("devicesMax " + devicesMax + " is not positive");
        }
    }

    public static IngestConfig standard() {
        return new IngestConfig(
                BlockConfig.standard(), Duration.ofMinutes(10), Duration.ofMinutes(1), Duration.ofDays(366), 2_000_000);
    }
}
