package io.fieldwatch.storage;

import io.fieldwatch.storage.BatchesInFlight.Flight;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One of the connections that write: a thread that takes batches in flight and lands them, each in one transaction. What
 * fails is only reported; the gatherer asks the database what became of it. Never interrupted.
 */
final class CopyLane {

    private static final long LOOK_MILLIS = 1_000;

    private final CopyConnections connections;
    private final BatchesInFlight inFlight;
    private final BatchWriter writer;
    private final Landed landed;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile @Nullable Connection busy;

    /** Called when a transaction is committed and before anybody else can know. */
    interface Landed {
        void counted(Tally tally);
    }

    CopyLane(int number, CopyConnections connections, BatchesInFlight inFlight, BatchWriter writer, Landed landed) {
        this.connections = connections;
        this.inFlight = inFlight;
        this.writer = writer;
        this.landed = landed;
        thread = new Thread(this::run, "fieldwatch-storage-copy-" + number);
    }

    void start() {
        thread.start();
    }

    /** Cuts the connection off, so that a server which does not answer holds up nobody. */
    void cut() {
        Connection connection = busy;
        if (connection != null) {
            connections.discard(connection);
        }
    }

    /** Ends after the transaction in hand; false when it has not after that time. */
    boolean stop(Duration wait) {
        stopping = true;
        try {
            thread.join(Math.max(1, wait.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private void run() {
        while (!stopping) {
            try {
                Flight flight = inFlight.take(LOOK_MILLIS);
                if (flight != null) {
                    fly(flight);
                }
            } catch (InterruptedException e) {
                inFlight.fail(e); // nobody should; the gatherer says so and begins anew
            }
        }
    }

    private void fly(Flight flight) {
        try {
            write(flight);
            landed.counted(flight.tally());
            inFlight.land(flight);
        } catch (SQLException | InterruptedException | RuntimeException | Error e) {
            inFlight.fail(flight, e);
        }
    }

    private void write(Flight flight) throws SQLException, InterruptedException {
        Batch batch = flight.batch();
        if (batch.hasDoubtful()) {
            inFlight.awaitEarlier(flight);
        }
        Connection connection = connections.take();
        busy = connection;
        try {
            writer.write(connection, batch, flight.tally());
            writer.claim(connection, batch, flight.epoch());
            flight.committing();
            writer.commit(connection);
            busy = null;
            connection.close();
        } catch (SQLException | RuntimeException | Error e) {
            busy = null;
            connections.discard(connection);
            throw e;
        }
    }
}
