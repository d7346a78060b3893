package io.fieldwatch.bench;

import com.sun.management.OperatingSystemMXBean;
import io.fieldwatch.bench.ProcFiles.MachineTimes;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/** Measures a part of a round: time, processor time on both sides, and what the database wrote. */
final class Meter {

    private static final long SETTLE_MILLIS = 300;
    private static final OperatingSystemMXBean MACHINE =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private Meter() {}

    /**
     * Brings server and heap to rest, and measures.
     *
     * @param rows how many rows the work stores in the database
     */
    static Measurement measure(ScratchDatabase database, long rows, Parallel.Task work) throws Exception {
        return measure(database, ScratchDatabase.SAMPLE_TABLE, () -> rows, work);
    }

    /** The same for work of which only afterwards is known how many rows it has stored, in any table. */
    static Measurement measure(ScratchDatabase database, String table, LongSupplier rowsAfterwards, Parallel.Task work)
            throws Exception {
        try (DatabaseServer server = new DatabaseServer(database.url())) {
            server.checkpoint();
            System.gc(); // garbage of the preparations would be collected at the expense of the part measured
            Thread.sleep(SETTLE_MILLIS);
            long walBefore = server.walBytes();
            long diskBefore = server.databaseBytes();
            long othersBefore = server.othersTransactions();
            Snapshot before = new Snapshot(server);
            work.run();
            Snapshot after = new Snapshot(server);
            long rows = rowsAfterwards.getAsLong();
            long stored = database.rows(table);
            if (stored != rows) {
                throw new IllegalStateException(rows + " rows were written, but " + stored + " are in the database");
            }
            return after.since(
                    before,
                    rows,
                    server.walBytes() - walBefore,
                    server.databaseBytes() - diskBefore,
                    server.othersTransactions() - othersBefore);
        }
    }

    private static final class Snapshot {

        private final long nanos;
        private final double ownCpu;
        private final OptionalDouble databaseCpu;
        private final Optional<MachineTimes> machine;

        Snapshot(DatabaseServer server) throws SQLException {
            ownCpu = MACHINE.getProcessCpuTime() / 1e9;
            databaseCpu = server.cpuSeconds();
            machine = ProcFiles.machineTimes();
            nanos = System.nanoTime();
        }

        Measurement since(Snapshot before, long rows, long walBytes, long diskBytes, long othersTransactions) {
            double own = ownCpu - before.ownCpu;
            OptionalDouble ofDatabase = databaseCpu.isPresent() && before.databaseCpu.isPresent()
                    ? OptionalDouble.of(databaseCpu.getAsDouble() - before.databaseCpu.getAsDouble())
                    : OptionalDouble.empty();
            double busy = Double.NaN;
            double stolen = Double.NaN;
            if (machine.isPresent() && before.machine.isPresent()) {
                MachineTimes now = machine.get();
                MachineTimes then = before.machine.get();
                busy = (now.busy() - then.busy()) / ProcFiles.TICKS_PER_SECOND;
                stolen = 100.0 * (now.stolen() - then.stolen()) / Math.max(1, now.all() - then.all());
            }
            return new Measurement(
                    rows,
                    (nanos - before.nanos) / 1e9,
                    own,
                    ofDatabase,
                    walBytes,
                    diskBytes,
                    othersTransactions,
                    Math.max(0, busy - own - ofDatabase.orElse(0)),
                    stolen,
                    ProcFiles.load());
        }
    }
}
