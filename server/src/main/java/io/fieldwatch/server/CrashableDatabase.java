package io.fieldwatch.server;

import io.fieldwatch.server.lab.LabDatabase;
import java.io.IOException;
import java.nio.file.Path;

/** An {@link EmbeddedDatabase} that is killed and started again at the same port. Not thread-safe. */
final class CrashableDatabase implements LabDatabase {

    private final Path directory;
    private EmbeddedDatabase server;

    private CrashableDatabase(Path directory, EmbeddedDatabase server) {
        this.directory = directory;
        this.server = server;
    }

    static CrashableDatabase start(Path directory) throws IOException {
        return new CrashableDatabase(directory, EmbeddedDatabase.start(directory));
    }

    @Override
    public String url() {
        return server.jdbcUrl();
    }

    @Override
    public boolean canCrash() {
        return true;
    }

    @Override
    public void crash() throws IOException, InterruptedException {
        int port = server.port();
        server.kill();
        server = EmbeddedDatabase.start(directory, port);
    }

    @Override
    public void close() {
        server.close();
    }

    /** It goes with the directory. */
    @Override
    public void delete() {
        // nothing is left elsewhere
    }
}
