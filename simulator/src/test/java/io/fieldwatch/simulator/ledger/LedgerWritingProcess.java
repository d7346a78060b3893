package io.fieldwatch.simulator.ledger;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes a ledger until it is killed; prints each number after its acknowledgement was recorded. */
final class LedgerWritingProcess {

    private LedgerWritingProcess() {}

    public static void main(String[] args) throws IOException {
        Kind kind = Catalogue.builtIn().kinds().get(0);
        byte[] payload = "{\"intensity\":12}".getBytes(StandardCharsets.UTF_8);
        try (Ledger ledger = Ledger.open(Path.of(args[0]))) {
            long time = 1;
            while (true) {
                long number = ledger.invoked(kind, "tf-1", new long[] {time++}, List.of(payload));
                ledger.acked(number, 1);
                System.out.println(number);
            }
        }
    }
}
