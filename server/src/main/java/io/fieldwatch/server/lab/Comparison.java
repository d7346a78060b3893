package io.fieldwatch.server.lab;

import io.fieldwatch.simulator.ledger.LedgerResult;
import java.util.ArrayList;
import java.util.List;

/** Findings of one look at ledger and database. */
record Comparison(LedgerResult ledger, long alerts, long alertsDoubled, long vanished, String vanishedExample) {

    Verdict verdict(int cycles) {
        return new Verdict(
                cycles,
                ledger.lost() + vanished,
                ledger.duplicated() + alertsDoubled,
                ledger.corrupt(),
                ledger.phantom());
    }

    boolean clean() {
        return verdict(0).clean();
    }

    /** The first findings in words. */
    List<String> examples() {
        List<String> examples = new ArrayList<>(ledger.examples());
        if (vanished > 0) {
            examples.add(vanishedExample);
        }
        if (alertsDoubled > 0) {
            examples.add(alertsDoubled + " alerts or transitions of alerts are there twice");
        }
        return examples;
    }

    String line() {
        return ledger.delivery() + " corrupt=" + ledger.corrupt() + " phantom=" + ledger.phantom() + " recovered="
                + ledger.recovered() + " absent=" + ledger.absent() + " alerts=" + alerts + " vanished=" + vanished;
    }
}
