package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.ingest.IngestMetric;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Everything a broken or hostile client is known to do. After each: the endpoint serves a good client, another client that
 * publishes all the while has had every acknowledgement, memory is what it was, and what happened is counted.
 */
class HostileInputsTest {

    private static final long GROWTH_MAX = 1 << 20;
    /** Far above what it takes: this tells a stop from a slow machine. */
    private static final long ACKNOWLEDGED_MAX_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static HostileTarget target;

    @BeforeAll
    static void start() throws IOException {
        target = new HostileTarget();
    }

    @AfterAll
    static void stop() {
        target.close();
    }

    @TestFactory
    Stream<DynamicTest> each() {
        return HostileInputs.all().stream()
                .map(input -> DynamicTest.dynamicTest(input.toString(), () -> survives(input)));
    }

    private static void survives(HostileInput input) throws Exception {
        input.attack().against(target); // what is made once and kept is not growth
        gone();
        List<Long> before = input.endings().stream().map(target::count).toList();
        long[] acknowledged;
        try (Bystander bystander = new Bystander(target)) {
            long heap = HostileTarget.heapBytes();
            long direct = HostileTarget.directBytes();
            input.attack().against(target);
            await().until(() -> target.metric(IngestMetric.CONNECTIONS) == 1);
            assertThat(HostileTarget.heapBytes() - heap)
                    .as("growth of the heap")
                    .isLessThan(GROWTH_MAX);
            assertThat(HostileTarget.directBytes() - direct)
                    .as("growth of buffers")
                    .isLessThan(GROWTH_MAX);
            acknowledged = bystander.stop();
        }
        gone();
        assertThat(acknowledged).isNotEmpty();
        assertThat(acknowledged[acknowledged.length - 1]).isLessThan(ACKNOWLEDGED_MAX_NANOS);
        for (int i = 0; i < before.size(); i++) {
            Ending ending = input.endings().get(i);
            assertThat(target.count(ending)).as(ending.name()).isGreaterThan(before.get(i));
        }
        try (RawClient good = target.five("good")) {
            assertThat(good.publish5(2, 1, HostileTarget.TOPIC, "00", HostileTarget.OBSERVATION)
                            .read())
                    .isEqualTo("40020001");
        }
    }

    /** All connections of the attack are over. */
    private static void gone() {
        await().until(() -> target.metric(IngestMetric.CONNECTIONS) == 0);
    }
}
