package io.fieldwatch.simulator.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** A whole ledger in memory, for tests that look at every line. */
public record LedgerEntries(List<Entry> invoked, BitSet acked) {

    public record Entry(String kind, String device, long timeMicros, String payload) {}

    public static LedgerEntries read(Path path) throws IOException {
        List<Entry> invoked = new ArrayList<>();
        BitSet acked = new BitSet();
        LedgerFile.Extent extent = LedgerFile.read(path, new LedgerFile.Visitor() {
            @Override
            public void invoked(LedgerFile.Invoked o) {
                invoked.add(new Entry(o.kind(), o.device(), o.timeMicros(), o.payload()));
            }

            @Override
            public void acked(long first, int count) {
                acked.set((int) first, (int) first + count);
            }
        });
        if (extent.observations() != invoked.size()) {
            throw new IllegalStateException(extent + " but " + invoked.size() + " were read");
        }
        return new LedgerEntries(invoked, acked);
    }
}
