package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.telemetry.CatalogueFile;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a change of the schema waits for, and what it makes others wait for. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
final class SchemaLocksTest {

    private static final String KINDS = """
            version: 1
            kinds:
              - number: 1
                name: water-level
                vi: "Mực nước"
                en: "Water level"
                expectedInterval: 60s
                properties:
                  - {number: 0, name: level, type: number, unit: "m", min: 0, max: 10, vi: "Mực nước", en: "Level"}
            """;
    private static final String ONE_MORE_PROPERTY =
            KINDS + "      - {number: 1, name: \"on\", type: boolean, vi: \"Bật\", en: \"On\"}\n";
    private static final Duration SOON = Duration.ofSeconds(30);

    private final TestDatabases server;

    @AutoClose
    private TestDatabase database;

    SchemaLocksTest(TestDatabases server) {
        this.server = server;
    }

    @BeforeEach
    void create() throws Exception {
        database = server.fresh();
        migrate(KINDS);
        database.execute(insert(0)); // with its chunk: two who need a new one wait for each other anyway
    }

    @Test
    void othersWriteWhileANewColumnWaitsForALongTransaction() throws Exception {
        try (Connection writing = DriverManager.getConnection(database.url());
                Connection other = DriverManager.getConnection(database.url())) {
            writing.setAutoCommit(false);
            Database.execute(writing, insert(1));

            CompletableFuture<Void> change = CompletableFuture.runAsync(() -> migrate(ONE_MORE_PROPERTY));
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(SOON)
                    .until(() -> database.number("SELECT count(*) FROM pg_locks WHERE NOT granted"
                                    + " AND relation = 'fieldwatch.water_level'::regclass")
                            > 0);
            // Behind a change that waits for ever these would wait until the first transaction ends, which is after
            // them.
            Database.execute(other, "SET statement_timeout = '20s'");
            for (int second = 2; second < 20; second++) {
                Database.execute(other, insert(second));
            }
            assertThat(change).isNotDone();
            writing.commit();
            assertThat(change).succeedsWithin(SOON);
        }
        assertThat(database.rows("SELECT count(*), count(\"on\") FROM fieldwatch.water_level"))
                .containsExactly("20|0");
    }

    @Test
    void locksNothingWhenThereIsNothingToChange() throws Exception {
        try (Connection writing = DriverManager.getConnection(database.url())) {
            writing.setAutoCommit(false);
            // Everything except reading would wait for this.
            Database.execute(writing, "LOCK TABLE fieldwatch.water_level IN EXCLUSIVE MODE");

            assertThat(CompletableFuture.runAsync(() -> migrate(KINDS))).succeedsWithin(SOON);
            writing.rollback();
        }
    }

    @Test
    void leavesItsConnectionAsItFoundIt() throws Exception {
        try (Database opened =
                new Database(StorageConfig.of(database.url()), CatalogueFile.parse("kinds.yaml", ONE_MORE_PROPERTY))) {
            opened.migrate();
            try (Connection connection = opened.writer()) {
                assertThat(Database.one(connection, "SHOW lock_timeout")).isEqualTo("0");
                assertThat(connection.getAutoCommit()).isFalse();
            }
        }
    }

    private static String insert(int second) {
        return "INSERT INTO fieldwatch.water_level (time, device_id, level) VALUES (timestamptz '2026-11-23Z' + "
                + second + " * interval '1 second', 1, 1.5)";
    }

    private void migrate(String kinds) {
        try (Database opened =
                new Database(StorageConfig.of(database.url()), CatalogueFile.parse("kinds.yaml", kinds))) {
            opened.migrate();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
