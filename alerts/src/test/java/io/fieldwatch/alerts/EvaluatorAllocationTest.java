package io.fieldwatch.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Catalogue;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class EvaluatorAllocationTest {

    private static final int DEVICES = 100;
    private static final int PER_DEVICE = 50;

    @Test
    void anObservationThatChangesNothingAllocatesNothing() {
        Catalogue catalogue = Catalogue.builtIn();
        Feed feed = new Feed(catalogue);
        for (int i = 0; i < DEVICES; i++) {
            feed.device("water-level", "level-" + i, null);
        }
        feed.seal();
        Evaluator evaluator = new Evaluator(catalogue, RuleSet.builtIn(catalogue), change -> {
            throw new IllegalStateException("nothing is to change, but " + change);
        });
        BlockReader definitions = feed.block(0);
        while (definitions.next()) {
            evaluator.define(definitions.definition());
        }
        int warmUps = 20;
        for (int round = 0; round <= warmUps; round++) {
            for (int i = 0; i < DEVICES * PER_DEVICE; i++) {
                // In the deadband of the first level: compared, pending now and then, never raised.
                feed.observe(i % DEVICES, round * 50 + i / DEVICES, "currentLevel", 279.9 + (i / DEVICES % 2) * 0.05);
            }
            feed.tick(round * 50 + 50);
            feed.seal();
        }
        for (int round = 1; round <= warmUps; round++) {
            evaluate(evaluator, feed.block(round));
        }

        BlockReader measured = feed.block(warmUps + 1);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        threads.getThreadAllocatedBytes(thread);
        long before = threads.getThreadAllocatedBytes(thread);
        evaluate(evaluator, measured);
        double perObservation = (threads.getThreadAllocatedBytes(thread) - before) / (double) (DEVICES * PER_DEVICE);

        assertThat(perObservation).isLessThan(0.5);
    }

    private static void evaluate(Evaluator evaluator, BlockReader block) {
        while (block.next()) {
            if (block.type() == BlockFormat.TICK) {
                evaluator.tick(block.tickMicros());
            } else {
                evaluator.observe(block);
            }
        }
    }
}
