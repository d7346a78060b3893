package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.telemetry.Catalogue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class DatabaseDurabilityTest {

    @ParameterizedTest
    @EnumSource(TestDatabases.class)
    void isWhatTheWritersSessionSays(TestDatabases server) throws Exception {
        try (TestDatabase fresh = server.fresh();
                Database database = new Database(StorageConfig.of(fresh.url()), Catalogue.builtIn())) {
            assertThat(database.durability()).isEmpty();
            database.migrate();

            DatabaseDurability durability = database.durability().orElseThrow();
            assertThat(durability.fsync()).isTrue();
            assertThat(durability.synchronousCommit()).isEqualTo("on");
            assertThat(durability.serverVersion()).matches("\\d+\\.\\d+.*");
            assertThat(durability.warnings()).isEmpty();
        }
    }

    @Test
    void seesWhatTheDatabasesOwnSettingsChange() throws Exception {
        try (TestDatabase fresh = TestDatabases.EMBEDDED.fresh();
                Database database = new Database(StorageConfig.of(fresh.url()), Catalogue.builtIn())) {
            fresh.execute("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database()"
                    + " || ' SET synchronous_commit = off'; END $$");
            database.migrate();

            assertThat(database.durability().orElseThrow().warnings())
                    .singleElement()
                    .asString()
                    .contains("synchronous_commit");
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "true,  true,  on,    ANY 1 (a), none",
                "true,  true,  local, '',        none",
                "false, true,  on,    '',        fsync is off",
                "true,  false, on,    '',        full_page_writes is off",
                "true,  true,  off,   '',        synchronous_commit is off",
                "true,  true,  local, ANY 1 (a), synchronous_commit is local",
            })
    void warnsOfWhatCanBeLost(boolean fsync, boolean pages, String commit, String standbys, String warning) {
        DatabaseDurability durability = new DatabaseDurability("17.2", fsync, pages, commit, standbys);

        if (warning == null) {
            assertThat(durability.warnings()).isEmpty();
        } else {
            assertThat(durability.warnings()).singleElement().asString().startsWith(warning);
        }
    }
}
