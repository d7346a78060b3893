package io.fieldwatch.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmallTypesTest {

    private enum Figure implements Metric {
        BLOCKS(true),
        DEPTH(false);

        private final boolean counter;

        Figure(boolean counter) {
            this.counter = counter;
        }

        @Override
        public Description description() {
            return new Description("test", "For this test.", counter);
        }
    }

    @Test
    void countsFromSeveralThreads() throws InterruptedException {
        MetricSet<Figure> metrics = new MetricSet<>(Figure.class);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int n = 0; n < 50_000; n++) {
                    metrics.add(Figure.BLOCKS, 2);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(metrics.get(Figure.BLOCKS)).isEqualTo(400_000);
        assertThat(metrics.get(Figure.DEPTH)).isZero();
        assertThat(metrics.metrics()).containsExactly(Figure.BLOCKS, Figure.DEPTH);
    }

    @Test
    void setsAGaugeToAnyValue() {
        MetricSet<Figure> metrics = new MetricSet<>(Figure.class);
        metrics.set(Figure.DEPTH, 7);
        metrics.set(Figure.DEPTH, -3);

        assertThat(metrics.get(Figure.DEPTH)).isEqualTo(-3);
    }

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "30s, PT30S", "5m, PT5M", "2h, PT2H", "7d, PT168H", "0s, PT0S", "' 1s ', PT1S"})
    void readsTimesAsPeopleWriteThem(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "1.5s", "5 s", "5S", "5w", "PT5S", "9999999999s", "5s5s"})
    void refusesOtherTimes(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessageContaining("500ms");
    }

    @Test
    void givesEveryRejectReasonANumberOfItsOwnThatFitsAByte() {
        Set<Integer> numbers = new HashSet<>();
        for (RejectReason reason : RejectReason.values()) {
            assertThat(numbers.add(reason.number())).as(reason.name()).isTrue();
            assertThat(reason.number()).isBetween(1, 255);
            assertThat(RejectReason.of(reason.number())).isSameAs(reason);
        }
        assertThatIllegalStateException().isThrownBy(() -> RejectReason.of(255));
    }

    @Test
    void doesNotSuspectATimeThatIsTheArrivals() {
        assertThat(Quality.suspect(Quality.GOOD)).isFalse();
        assertThat(Quality.suspect(Quality.TIME_FROM_ARRIVAL)).isFalse();
        assertThat(Quality.suspect(Quality.OUT_OF_RANGE | Quality.TIME_FROM_ARRIVAL))
                .isTrue();
        assertThat(Quality.suspect(Quality.CLOCK_AHEAD)).isTrue();
    }

    @Test
    void keepsMonotonicTimeGoingWhenTheWallJumps() {
        FakeClock clock = new FakeClock(Instant.parse("2026-11-23T07:00:00.250Z"));
        assertThat(clock.wallMicros()).isEqualTo(1_795_417_200_250_000L);
        clock.advance(Duration.ofSeconds(2));
        clock.jumpWall(Duration.ofHours(-1));

        assertThat(clock.nanos()).isEqualTo(2_000_000_000L);
        assertThat(clock.wallMillis()).isEqualTo(1_795_417_200_250L + 2_000 - 3_600_000);
    }

    @Test
    void readsTheMachinesClock() {
        long before = System.currentTimeMillis();
        long wall = Clock.system().wallMillis();

        assertThat(wall).isBetween(before, System.currentTimeMillis());
        assertThat(Clock.system().nanos()).isLessThanOrEqualTo(System.nanoTime());
    }
}
