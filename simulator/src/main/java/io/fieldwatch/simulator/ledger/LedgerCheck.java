package io.fieldwatch.simulator.ledger;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Proves that what is stored is what a ledger says was published: the set-full check, in one pass over each side.
 *
 * <p>Let the pipeline drain first: what is still on its way counts as lost. Memory is about 100 bytes an observation.
 */
public final class LedgerCheck {

    /** Findings that are put in words; the rest is only counted. */
    public static final int EXAMPLES_MAX = 20;

    private final Catalogue catalogue;
    private final Map<Kind, Map<String, DeviceEntries>> devices = new HashMap<>();
    private final PayloadValues payloads = new PayloadValues();
    private final BitSet acked = new BitSet();
    private final BitSet stored = new BitSet();
    private final BitSet duplicated = new BitSet();
    private final BitSet corrupt = new BitSet();
    private final List<String> examples = new ArrayList<>();
    private long published;
    private long phantom;
    private long fromMicros = Long.MAX_VALUE;
    private long toMicros = Long.MIN_VALUE;

    private LedgerCheck(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /**
     * Compares a whole ledger with what is stored.
     *
     * @throws IOException when the ledger is damaged or names what the catalogue does not know, or what is stored cannot
     *     be read
     */
    public static LedgerResult run(Path ledger, Catalogue catalogue, StoredCity city) throws IOException {
        LedgerCheck check = new LedgerCheck(catalogue);
        check.load(ledger);
        for (Kind kind : check.devices.keySet()) {
            city.rows(
                    kind, check.fromMicros, check.toMicros, (device, time, row) -> check.see(kind, device, time, row));
        }
        return check.result();
    }

    private void load(Path ledger) throws IOException {
        LedgerFile.Extent unused = LedgerFile.read(ledger, new LedgerFile.Visitor() {
            @Override
            public void invoked(LedgerFile.Invoked observation) throws IOException {
                publish(observation);
            }

            @Override
            public void acked(long first, int count) {
                acked.set((int) first, (int) first + count);
            }
        });
    }

    private void publish(LedgerFile.Invoked observation) throws IOException {
        Kind kind = catalogue.kindOrNull(observation.kind());
        if (kind == null) {
            throw new IOException("the catalogue has no kind " + observation.kind());
        }
        if (observation.number() == Integer.MAX_VALUE) {
            throw new IOException("a check holds 2^31 observations; split the ledger");
        }
        devices.computeIfAbsent(kind, k -> new HashMap<>())
                .computeIfAbsent(observation.device(), device -> new DeviceEntries(kind, device))
                .add(observation.timeMicros(), (int) observation.number(), payloads.parse(kind, observation.payload()));
        published++;
        fromMicros = Math.min(fromMicros, observation.timeMicros());
        toMicros = Math.max(toMicros, observation.timeMicros());
    }

    private void see(Kind kind, String device, long timeMicros, StoredCity.RowValues row) throws IOException {
        DeviceEntries entries = devices.getOrDefault(kind, Map.of()).get(device);
        if (entries == null || timeMicros < fromMicros || timeMicros > toMicros) {
            return;
        }
        int entry = entries.find(timeMicros);
        if (entry < 0) {
            phantom++;
            example("phantom", DeviceEntries.describe(kind, device, timeMicros));
            return;
        }
        int number = entries.number(entry);
        if (stored.get(number) && !duplicated.get(number)) {
            duplicated.set(number);
            example("duplicated", entries.describe(entry));
        }
        stored.set(number);
        if (!corrupt.get(number) && !entries.matches(entry, row)) {
            corrupt.set(number);
            example("corrupt", entries.describe(entry));
        }
    }

    private LedgerResult result() {
        long lost = 0;
        for (Map<String, DeviceEntries> ofKind : devices.values()) {
            for (DeviceEntries entries : ofKind.values()) {
                for (int entry = 0; entry < entries.size(); entry++) {
                    int number = entries.number(entry);
                    if (acked.get(number) && !stored.get(number)) {
                        lost++;
                        example("lost", entries.describe(entry));
                    }
                }
            }
        }
        long storedAndAcked = acked.cardinality() - lost;
        long recovered = stored.cardinality() - storedAndAcked;
        return new LedgerResult(
                published,
                acked.cardinality(),
                stored.cardinality(),
                lost,
                duplicated.cardinality(),
                corrupt.cardinality(),
                phantom,
                recovered,
                published - acked.cardinality() - recovered,
                examples);
    }

    private void example(String finding, String what) {
        if (examples.size() < EXAMPLES_MAX) {
            examples.add(finding + ": " + what);
        }
    }
}
