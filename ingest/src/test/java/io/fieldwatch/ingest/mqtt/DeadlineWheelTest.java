package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DeadlineWheelTest {

    private static final long SLOT = 100;
    private static final int SLOTS = 8;

    private final List<Timer> due = new ArrayList<>();
    private final DeadlineWheel<Timer> wheel = new DeadlineWheel<>(SLOTS, SLOT, 0, due::add);

    private static final class Timer extends DeadlineWheel.Entry<Timer> {

        private long at;
    }

    @Test
    void handsAnEntryOverOnceItsTimeHasComeAndNotBefore() {
        Timer timer = new Timer();
        wheel.schedule(timer, 0, 250);
        wheel.turn(249);
        assertThat(due).isEmpty();
        wheel.turn(350);
        assertThat(due).containsExactly(timer);
        wheel.turn(5000);
        assertThat(due).hasSize(1);
    }

    @Test
    void givesUpAnEntryFurtherAwayThanItIsLongEarly() {
        Timer timer = new Timer();
        wheel.schedule(timer, 0, 100 * SLOT);
        wheel.turn(SLOT * SLOTS);
        assertThat(due).containsExactly(timer);
    }

    @Test
    void forgetsWhatWasTakenOutAndKnowsWhatIsIn() {
        Timer one = new Timer();
        Timer two = new Timer();
        Timer three = new Timer();
        wheel.schedule(one, 0, SLOT);
        wheel.schedule(two, 0, SLOT);
        wheel.schedule(three, 0, SLOT);
        wheel.remove(two);
        wheel.remove(two);
        assertThat(wheel.all()).containsExactlyInAnyOrder(one, three);
        wheel.schedule(one, 0, 3 * SLOT);
        assertThat(wheel.all()).containsExactlyInAnyOrder(one, three);
        wheel.turn(2 * SLOT);
        assertThat(due).containsExactly(three);
        wheel.turn(4 * SLOT);
        assertThat(due).containsExactly(three, one);
        assertThat(wheel.all()).isEmpty();
    }

    @Test
    void losesNobodyHoweverTheyComeAndGo() {
        SplittableRandom random = new SplittableRandom(20261125);
        Timer[] timers = new Timer[200];
        for (int i = 0; i < timers.length; i++) {
            timers[i] = new Timer();
        }
        long now = 0;
        List<Timer> waiting = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            Timer timer = timers[random.nextInt(timers.length)];
            if (random.nextInt(4) == 0) {
                wheel.remove(timer);
                waiting.remove(timer);
            } else {
                long delay = random.nextLong(SLOT * (SLOTS - 2));
                timer.at = now + delay;
                wheel.schedule(timer, now, delay);
                waiting.remove(timer);
                waiting.add(timer);
            }
            now += random.nextLong(20);
            due.clear();
            wheel.turn(now);
            long turned = now;
            assertThat(waiting).containsAll(due);
            waiting.removeAll(due);
            assertThat(due).allSatisfy(timerDue -> assertThat(timerDue.at).isLessThanOrEqualTo(turned));
            assertThat(waiting).allSatisfy(later -> assertThat(later.at).isGreaterThan(turned - SLOT));
        }
        assertThat(wheel.all()).containsExactlyInAnyOrderElementsOf(waiting);
    }
}
