package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class IdentityWindowsTest {

    private final IdentityWindows windows = new IdentityWindows(4, 1_000);

    @Test
    void knowsNothingOfADeviceWhoseWindowIsClosed() {
        assertThat(windows.check(7, 1, 1)).isEqualTo(IdentityWindows.CLOSED);
        assertThat(windows.check(-1, 1, 1)).isEqualTo(IdentityWindows.CLOSED);
        assertThat(windows.check(Integer.MAX_VALUE, 1, 1)).isEqualTo(IdentityWindows.CLOSED);
        windows.open(7, Long.MIN_VALUE);
        assertThat(windows.isOpen(7)).isTrue();
        assertThat(windows.isOpen(6)).isFalse();
        windows.clear();
        assertThat(windows.isOpen(7)).isFalse();
    }

    @Test
    void recognisesARedeliveryAndATwinWithOtherValues() {
        windows.open(0, Long.MIN_VALUE);
        assertThat(windows.check(0, 10, 111)).isEqualTo(IdentityWindows.NEW);
        assertThat(windows.check(0, 10, 111)).isEqualTo(IdentityWindows.REPEATED);
        assertThat(windows.check(0, 10, 222)).isEqualTo(IdentityWindows.DIFFERENT);
        assertThat(windows.check(0, 5, 111)).isEqualTo(IdentityWindows.NEW);
        assertThat(windows.check(0, 5, 111)).isEqualTo(IdentityWindows.REPEATED);
    }

    @Test
    void asksForHelpBelowWhatWasStoredBeforeItOpened() {
        windows.open(3, 100);
        assertThat(windows.check(3, 100, 1)).isEqualTo(IdentityWindows.BEYOND);
        assertThat(windows.check(3, 99, 1)).isEqualTo(IdentityWindows.BEYOND);
        assertThat(windows.check(3, 101, 1)).isEqualTo(IdentityWindows.NEW);
        assertThat(windows.check(3, 100, 1)).isEqualTo(IdentityWindows.BEYOND);
    }

    @Test
    void saysWhenItHasMoreThanAgreed() {
        IdentityWindows few = new IdentityWindows(1, IdentityWindows.SLAB_DEVICES);
        few.open(0, 0);
        assertThat(few.full()).isFalse();
        few.open(IdentityWindows.SLAB_DEVICES, 0);
        assertThat(few.full()).isTrue();
        few.clear();
        assertThat(few.full()).isFalse();
    }

    /** Against a model that forgets nothing: new is never said of what was seen, and repeated never of what was not. */
    @Test
    void isNeverWrongAboutWhatItClaimsToKnow() {
        SplittableRandom random = new SplittableRandom(20261125);
        for (int round = 0; round < 300; round++) {
            int identities = random.nextInt(1, 20);
            int devices = random.nextInt(1, 600);
            int spread = random.nextInt(1, 60);
            IdentityWindows tried = new IdentityWindows(identities, 10_000);
            Map<Integer, TreeMap<Long, Long>> seen = new HashMap<>();
            for (int device = 0; device < devices; device++) {
                tried.open(device, Long.MIN_VALUE);
            }
            int beyond = 0;
            for (int step = 0; step < 2_000; step++) {
                int device = random.nextInt(devices);
                long time = (long) step / 10 - random.nextInt(spread);
                long hash = random.nextInt(2);
                TreeMap<Long, Long> known = seen.computeIfAbsent(device, d -> new TreeMap<>());
                int verdict = tried.check(device, time, hash);
                switch (verdict) {
                    case IdentityWindows.NEW -> {
                        assertThat(known).doesNotContainKey(time);
                        known.put(time, hash);
                    }
                    case IdentityWindows.REPEATED -> assertThat(known).containsEntry(time, hash);
                    case IdentityWindows.DIFFERENT -> {
                        assertThat(known).containsKey(time);
                        assertThat(known.get(time)).isNotEqualTo(hash);
                    }
                    default -> {
                        assertThat(verdict).isEqualTo(IdentityWindows.BEYOND);
                        beyond++;
                        known.putIfAbsent(time, hash); // the database has it now
                        // Whatever is asked of the database lies below what the window still holds.
                        assertThat(known.tailMap(time, false).size()).isGreaterThanOrEqualTo(identities - 1);
                    }
                }
            }
            assertThat(beyond).isLessThan(2_000);
        }
    }
}
