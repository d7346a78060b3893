package io.fieldwatch.server.lab;

import java.io.IOException;

/** The database of a run, empty at its start. Killing the engine must not end it. */
public interface LabDatabase extends AutoCloseable {

    /** JDBC, with everything that is needed to connect; the same for the whole run. */
    String url();

    /** Whether {@link #crash} can be asked for. */
    boolean canCrash();

    /**
     * Kills the server with SIGKILL and starts it again at the same address.
     *
     * @throws IOException when it does not come up again
     */
    void crash() throws IOException, InterruptedException;

    /** Stops it or lets it go; what was stored is kept unless {@link #delete} was called. */
    @Override
    void close();

    /** Removes what was stored: the run has found nothing that one would want to look at. */
    void delete() throws IOException;
}
