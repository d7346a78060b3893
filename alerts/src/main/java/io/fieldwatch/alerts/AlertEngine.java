package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.MetricSet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Raises and clears each alert exactly once, whatever crashes in between.
 *
 * <p>It reads blocks of the observation log and appends transitions to the alert log. A checkpoint, an entry of the
 * alert log too, says how far it has read and what it then knew. After a crash it goes on from the last checkpoint: it
 * reads the observations behind it again and comes to the same transitions, whose ids are the same, so those that the
 * log already has are recognised. Transitions behind the checkpoint, operators' actions among them, are taken from the
 * alert log.
 *
 * <p>Whoever drives it calls, on one thread: {@link #restore}, then {@link #onBlock} for each block from that position
 * on, {@link #checkpoint} every few seconds and before {@link #close}. The {@link #desk} and {@link #metrics} are for
 * everyone. A checkpoint holds all conditions and open alerts in one entry: a few bytes per rule and device, compressed.
 */
public final class AlertEngine implements AutoCloseable {

    /** The name under which it reads the alert log. */
    public static final String READER = "alerts";

    /** How many closed alerts the desk still finds. */
    static final int CLOSED_MAX = 1000;

    private static final long RESTORE_WAIT_MILLIS = 10_000;

    private final RuleSet rules;
    private final AlertLog log;
    private final UUID observationLog;
    private final DeviceDictionary devices;
    private final MetricSet<AlertMetric> metrics = new MetricSet<>(AlertMetric.class);
    private final AlertBook book;
    private final Evaluator evaluator;

    /** Active alerts of an earlier observation log, until their device shows up in this one. */
    private final Map<String, Alert> awaited = new LinkedHashMap<>();

    private AlertLog.@Nullable Reader reader;
    private long position;
    private long evaluatingUpTo;
    private volatile Checkpointed checkpointed = new Checkpointed(0, -1);
    private long released = -1;

    private record Checkpointed(long position, long entryPosition) {}

    /**
     * @param observationLog the id of the log that blocks will come from
     * @param devices what that log has defined so far; the engine's own copy from now on
     * @param clock for the times of operators' actions; rules never see it
     */
    public AlertEngine(
            Catalogue catalogue,
            RuleSet rules,
            AlertLog log,
            UUID observationLog,
            DeviceDictionary devices,
            Clock clock) {
        this(catalogue, rules, log, observationLog, devices, clock, CLOSED_MAX);
    }

    /** For tests, which cannot wait for a thousand alerts. */
    AlertEngine(
            Catalogue catalogue,
            RuleSet rules,
            AlertLog log,
            UUID observationLog,
            DeviceDictionary devices,
            Clock clock,
            int closedMax) {
        this.rules = rules;
        this.log = log;
        this.observationLog = observationLog;
        this.devices = devices;
        book = new AlertBook(log, clock, metrics, closedMax);
        evaluator = new Evaluator(catalogue, rules, this::onChange);
    }

    /** Thread-safe; empty before {@link #restore}. */
    public AlertDesk desk() {
        return book;
    }

    public RuleSet rules() {
        return rules;
    }

    public MetricSet<AlertMetric> metrics() {
        return metrics;
    }

    /**
     * Rebuilds alerts and conditions from the alert log; once, before anything else. Open alerts of rules that are no
     * more, or have another definition now, are closed.
     *
     * @return the position in the observation log to read from; 0 when the alert log knows nothing of that log
     * @throws IllegalStateException when the alert log holds what this version cannot read
     */
    public long restore() throws IOException, InterruptedException {
        if (reader != null) {
            throw new IllegalStateException("restored already");
        }
        long end = log.end();
        AlertLog.Reader entries = log.read(READER, 0);
        reader = entries;
        AlertEntry.@Nullable Checkpoint last = null;
        while (entries.nextPosition() < end) {
            if (!entries.next(RESTORE_WAIT_MILLIS)) {
                throw new IOException("the alert log ends at " + entries.nextPosition() + " and not at " + end);
            }
            AlertEntry entry = AlertEntryCodec.read(entries.entry());
            if (entry instanceof AlertEntry.Checkpoint checkpoint) {
                last = checkpoint;
                book.restore(checkpoint);
                checkpointed = new Checkpointed(checkpoint.position(), entries.position());
            } else if (entry instanceof AlertEntry.Transition transition) {
                book.restore(transition);
            }
        }
        book.closeOrphans(alert -> AlertIds.ruleOf(alert, rules).isEmpty());
        if (last != null && last.observationLog().equals(observationLog)) {
            goOn(last);
        } else if (last != null) {
            startOver();
        }
        // From here on the log has the rules and the observation log that all later entries are about.
        checkpoint();
        return position;
    }

    private void goOn(AlertEntry.Checkpoint checkpoint) throws IOException {
        position = checkpoint.position();
        checkpoint.awaited().forEach(this::await);
        new ConditionsCodec(evaluator)
                .read(new DataInputStream(new ByteArrayInputStream(checkpoint.conditions())), devices);
    }

    private void startOver() {
        checkpointed = new Checkpointed(0, checkpointed.entryPosition());
        book.forgetKnown();
        book.decidedOpen().stream().filter(AlertMachine::active).forEach(this::await);
    }

    private void await(Alert alert) {
        if (AlertIds.ruleOf(alert, rules).isPresent()) {
            awaited.put(alert.id(), alert);
        }
    }

    /**
     * Evaluates a block. The position moves to {@code nextPosition} when it returns.
     *
     * @throws IllegalStateException when the alert log has failed; then a restart is needed
     */
    public void onBlock(BlockReader block, long nextPosition) {
        requireRestored();
        book.requireLog();
        evaluatingUpTo = nextPosition;
        block.rewind();
        while (block.next()) {
            switch (block.type()) {
                case BlockFormat.OBSERVATION -> {
                    if (!evaluator.knows(block.device())) {
                        defineFromDictionary(block.device());
                    }
                    evaluator.observe(block);
                }
                case BlockFormat.TICK -> evaluator.tick(block.tickMicros());
                case BlockFormat.DEVICE -> {
                    DeviceDefinition device = block.definition();
                    devices.define(device);
                    define(device);
                }
                default -> {
                    // Rejected input is the quarantine's business, broken connections are not yet any rule's.
                }
            }
        }
        evaluator.drainCounts(this::count);
        position = nextPosition;
        book.reached(nextPosition);
        release();
    }

    /** A device whose definition is in a part of the log that this engine never read. */
    private void defineFromDictionary(int number) {
        DeviceDefinition device = devices.find(number);
        if (device != null) {
            define(device);
        }
    }

    private void define(DeviceDefinition device) {
        boolean isNew = !evaluator.knows(device.number());
        evaluator.define(device);
        if (isNew && !awaited.isEmpty()) {
            awaited.values().removeIf(alert -> adopt(alert, device));
        }
    }

    private boolean adopt(Alert alert, DeviceDefinition device) {
        Watch[] watches = evaluator.watching(device.kind());
        if (!alert.externalId().equals(device.externalId())
                || watches.length == 0
                || !watches[0].kind().name().equals(alert.kind())) {
            return false;
        }
        Optional<Rule> rule = AlertIds.ruleOf(alert, rules);
        rule.ifPresent(found -> evaluator.adopt(device.number(), found, alert.raisedMicros(), alert.value()));
        return true;
    }

    private void onChange(ConditionChange change) {
        DeviceDefinition device = devices.find(change.device());
        if (device == null) {
            throw new IllegalStateException("a condition of device " + change.device() + ", which nobody defined");
        }
        book.change(change, device, evaluatingUpTo);
    }

    private void count(long observed, long late, long suspect, long unknown) {
        metrics.add(AlertMetric.OBSERVATIONS_EVALUATED, observed);
        metrics.add(AlertMetric.LATE_IGNORED, late);
        metrics.add(AlertMetric.SUSPECT_IGNORED, suspect);
        metrics.add(AlertMetric.UNKNOWN_DEVICE, unknown);
    }

    /**
     * Puts the state as of the last block into the alert log.
     *
     * @return completes when it is on stable storage and {@link #checkpointedPosition} has moved
     */
    public CompletionStage<Void> checkpoint() {
        requireRestored();
        long upTo = position;
        byte[] conditions = conditions();
        return book.checkpoint(current -> new AlertEntry.Checkpoint(
                        observationLog,
                        upTo,
                        current.known(),
                        List.copyOf(awaited.values()),
                        current.decidedOpen(),
                        current.decidedClosed(),
                        conditions))
                .thenAccept(entryPosition -> checkpointed = new Checkpointed(upTo, entryPosition));
    }

    private byte[] conditions() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            new ConditionsCodec(evaluator).write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    /** The observation log need not be kept before this position for alerts' sake. Thread-safe. */
    public long checkpointedPosition() {
        return checkpointed.position();
    }

    /** Readers of the alert log belong to one thread, so it is this one that releases and not the one that completes. */
    private void release() {
        long entryPosition = checkpointed.entryPosition();
        if (reader != null && entryPosition > released) {
            reader.release(entryPosition);
            released = entryPosition;
        }
    }

    private void requireRestored() {
        if (reader == null) {
            throw new IllegalStateException("restore comes first");
        }
    }

    /** Lets go of the alert log's reader; the log itself stays open. Take a {@link #checkpoint} before. */
    @Override
    public void close() {
        if (reader != null) {
            release();
            reader.close();
        }
    }
}
