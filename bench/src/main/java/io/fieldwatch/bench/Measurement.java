package io.fieldwatch.bench;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a part of a round took.
 *
 * @param rows rows stored
 * @param seconds by the clock
 * @param ownCpu processor seconds of this process, its compiler and garbage collector included
 * @param databaseCpu processor seconds of the database server; empty when it runs elsewhere
 * @param walBytes write-ahead log written
 * @param diskBytes what the database has grown by
 * @param othersTransactions transactions in other databases of the server, whose work is counted with the server's
 * @param otherCpu processor seconds that neither of the two used
 * @param stolenPercent of the machine's time, given to other machines by the host
 * @param load processes running or waiting, mean of the last minute
 */
record Measurement(
        long rows,
        double seconds,
        double ownCpu,
        OptionalDouble databaseCpu,
        long walBytes,
        long diskBytes,
        long othersTransactions,
        double otherCpu,
        double stolenPercent,
        double load) {

    double rate() {
        return rows / seconds;
    }

    double ownCpuPerMillion() {
        return ownCpu / rows * 1e6;
    }

    /** NaN when it is not known. */
    double databaseCpuPerMillion() {
        return databaseCpu.orElse(Double.NaN) / rows * 1e6;
    }

    /** Processor time on both sides; NaN when the server's is not known. */
    double cpuPerMillion() {
        return ownCpuPerMillion() + databaseCpuPerMillion();
    }

    /** Whether others took so much of the machine or the server that only ratios of processor time say something. */
    boolean disturbed() {
        return otherCpu / seconds > 0.2 || stolenPercent > 2 || busyServer();
    }

    private boolean busyServer() {
        return othersTransactions / seconds > 20;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,9.0f rows/s in %5.2f s; s/million: ours %.3f, database %.3f; bytes/row: WAL %.0f, disk %.0f; "
                        + "others' cores %.2f, stolen %.1f %%, load %.1f%s",
                rate(),
                seconds,
                ownCpuPerMillion(),
                databaseCpuPerMillion(),
                (double) walBytes / rows,
                (double) diskBytes / rows,
                otherCpu / seconds,
                stolenPercent,
                load,
                busyServer() ? ", " + othersTransactions + " transactions of others" : "");
    }
}
