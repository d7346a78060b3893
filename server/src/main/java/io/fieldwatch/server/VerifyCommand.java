package io.fieldwatch.server;

import io.fieldwatch.simulator.ledger.LedgerResult;
import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.telemetry.Catalogue;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fieldwatch verify}: what was acknowledged against what is stored. */
@Command(
        name = "verify",
        description =
                "Proves that a ledger and a database agree: every acknowledged observation is stored once, as sent.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

    @Option(names = "--ledger", required = true, paramLabel = "FILE", description = "written by simulate or demo")
    private Path ledger = Path.of("");

    @Option(names = "--db", required = true, paramLabel = "JDBC_URL", description = "where the engine stores")
    private String url = "";

    @Override
    public Integer call() throws Exception {
        Catalogue catalogue = Catalogue.builtIn();
        try (Database database = new Database(StorageConfig.of(url), catalogue)) {
            LedgerResult result = Verification.run(catalogue, ledger, database.storedObservations());
            result.examples().forEach(System.err::println);
            System.out.println(result.verdict());
            return result.clean() ? 0 : 1;
        }
    }
}
