package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file system of the tables is a small one in memory, which only the server sees; it fills up. */
final class DiskFullTest {

    private static final String DISK_FULL = "53100";
    /** Mounts at the place that is the first argument and then becomes the command behind it. */
    private static final String MOUNT = "mount -t tmpfs -o size=40m tmpfs \"$0\" && mkdir \"$0/space\" && exec \"$@\"";

    @TempDir
    private Path place;

    @Test
    void storesEverythingOnceWhenThereIsSpaceAgain() throws Exception {
        List<String> mounted = List.of("unshare", "-Urm", "sh", "-c", MOUNT, place.toString());
        requireMount(mounted);
        try (PostgresCluster cluster = PostgresCluster.create().startedWithin(mounted)) {
            cluster.start();
            String admin = cluster.url("postgres");
            StoreUnderFault.execute(admin, "CREATE TABLESPACE small LOCATION '" + place + "/space'");
            TestDatabase database = TestDatabase.create(admin); // closed with its server
            StoreUnderFault.execute(admin, "ALTER DATABASE " + databaseName(database) + " SET TABLESPACE small");
            try (StoreUnderFault run = new StoreUnderFault(database)) {
                run.devices(20);
                run.blocks(2, 20, 100);
                run.start(run.config(2_000));
                run.awaitStored();
                fill(database);
                run.blocks(20, 20, 100);
                run.awaitRetries(3);
                assertThat(run.metrics.get(StorageMetric.DATABASE_UP)).isZero();
                assertThat(run.metrics.get(StorageMetric.UNSTORABLE)).isZero();
                assertThat(StoreUnderFault.threads()).isNotEmpty();
                database.execute("DROP TABLE filler");

                run.assertEverythingOnce();
            }
        }
    }

    /** Until not a page is left. */
    private static void fill(TestDatabase database) throws SQLException {
        database.execute("CREATE TABLE filler (bytes text)");
        database.execute("ALTER TABLE filler ALTER bytes SET STORAGE PLAIN");
        for (int rows = 512; rows >= 1; ) {
            try {
                database.execute("INSERT INTO filler SELECT repeat('x', 8000) FROM generate_series(1, " + rows + ")");
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo(DISK_FULL);
                rows /= 2;
            }
        }
    }

    private static void requireMount(List<String> mounted) throws Exception {
        List<String> probe = new ArrayList<>(mounted);
        probe.add("true");
        Process process = new ProcessBuilder(probe).inheritIO().start();
        if (process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0) {
            return;
        }
        String why = "a small file system cannot be mounted in a user namespace: " + probe;
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(why);
        }
        Assumptions.abort(why);
    }

    private static String databaseName(TestDatabase database) {
        return database.url().replaceFirst(".*/([^/?]*)([?].*)?$", "$1");
    }
}
