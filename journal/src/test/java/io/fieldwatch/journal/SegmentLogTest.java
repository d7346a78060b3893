package io.fieldwatch.journal;

import static io.fieldwatch.journal.Logs.all;
import static io.fieldwatch.journal.Logs.append;
import static io.fieldwatch.journal.Logs.entry;
import static io.fieldwatch.journal.Logs.rest;
import static io.fieldwatch.journal.Logs.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.journal.Logs.Told;
import io.fieldwatch.telemetry.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SegmentLogTest {

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();

    private SegmentLog open() throws IOException {
        return SegmentLog.open(
                small(directory), TrimListener.NONE, RecoveryListener.NONE, new Platform(disk, Clock.system()));
    }

    @Test
    void givesBackInOrderWhatIsDurable() throws Exception {
        try (SegmentLog log = open()) {
            assertThat(append(log, entry("one"))).isZero();
            assertThat(append(log, entry("two"))).isEqualTo(24);
            assertThat(append(log, entry("twenty-four bytes, really"))).isEqualTo(48);
            assertThat(log.end()).isEqualTo(96);
            assertThat(all(log)).containsExactly("one", "two", "twenty-four bytes, really");
        }
    }

    @Test
    void readersSeePositionsAndLag() throws Exception {
        try (SegmentLog log = open()) {
            append(log, entry("one"));
            append(log, entry("two"));
            SegmentReader reader = log.read("a", 0);
            assertThat(reader.lag()).isEqualTo(48);
            assertThat(reader.next(0)).isTrue();
            assertThat(reader.position()).isZero();
            assertThat(reader.nextPosition()).isEqualTo(24);
            assertThat(reader.lag()).isEqualTo(24);
            assertThat(log.read("a", 24).next(0)).isTrue();
        }
    }

    @Test
    void entriesThatWaitedForOneForceShareTheNext() throws Exception {
        try (SegmentLog log = open()) {
            disk.gate = new CountDownLatch(1);
            Told first = new Told();
            assertThat(log.append(entry("first"), first)).isTrue();
            await().until(() -> disk.forces.get() == 1);
            List<Told> others = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Told told = new Told();
                assertThat(log.append(entry("other " + i), told)).isTrue();
                others.add(told);
            }
            assertThat(first.known()).isFalse();
            disk.gate.countDown();
            long position = first.position();
            for (Told told : others) {
                assertThat(told.position()).isGreaterThan(position);
                position = told.position();
            }
            assertThat(disk.forces.get()).isEqualTo(2);
            assertThat(log.metrics().get(JournalMetric.FORCES)).isEqualTo(2);
            assertThat(log.metrics().get(JournalMetric.APPENDED_ENTRIES)).isEqualTo(51);
        }
    }

    @Test
    void nothingIsVisibleBeforeTheForce() throws Exception {
        try (SegmentLog log = open()) {
            disk.gate = new CountDownLatch(1);
            Told told = new Told();
            assertThat(log.append(entry("held"), told)).isTrue();
            await().until(() -> disk.forces.get() == 1);
            assertThat(log.end()).isZero();
            assertThat(log.read("a", 0).next(20)).isFalse();
            assertThat(told.known()).isFalse();
            disk.gate.countDown();
        }
    }

    @Test
    void aFailedForceEndsTheLogAndIsNotTriedAgain() throws Exception {
        try (SegmentLog log = open()) {
            append(log, entry("safe"));
            int before = disk.forces.get();
            disk.gate = new CountDownLatch(1);
            disk.forceFails = true;
            Told written = new Told();
            Told waiting = new Told();
            assertThat(log.append(entry("written"), written)).isTrue();
            await().until(() -> disk.forces.get() == before + 1);
            assertThat(log.append(entry("waiting"), waiting)).isTrue();
            disk.gate.countDown();
            await().until(waiting::failed);
            assertThat(written.failed()).isTrue();
            disk.forceFails = false;
            assertThat(log.accepting()).isFalse();
            assertThat(log.append(entry("late"), new Told())).isFalse();
            assertThat(log.failure()).get().extracting(Throwable::getMessage).isEqualTo("Input/output error");
            assertThat(disk.forces.get()).isEqualTo(before + 1);
            assertThat(log.end()).isEqualTo(24);
            assertThat(all(log)).containsExactly("safe");
        }
        try (SegmentLog again = open()) {
            assertThat(all(again)).startsWith("safe");
            append(again, entry("goes on"));
            assertThat(all(again)).endsWith("goes on");
        }
    }

    @Test
    void aFailedWriteEndsTheLog() throws Exception {
        try (SegmentLog log = open()) {
            disk.writeFails = true;
            Told told = new Told();
            assertThat(log.append(entry("x"), told)).isTrue();
            assertThatThrownBy(told::position).hasRootCauseMessage("No space left on device");
            await().until(() -> !log.accepting());
            assertThat(disk.forces.get()).isZero();
            disk.writeFails = false;
        }
    }

    @Test
    void refusesMoreThanTheQueueHolds() throws Exception {
        try (SegmentLog log = open()) {
            disk.gate = new CountDownLatch(1);
            Told last = new Told();
            assertThat(log.append(entry(0, 900), new Told())).isTrue();
            assertThat(log.append(entry(1, 900), last)).isTrue();
            assertThat(log.accepting()).isFalse();
            assertThat(log.append(entry(2, 900), new Told())).isFalse();
            assertThat(log.metrics().get(JournalMetric.REFUSED_ENTRIES)).isEqualTo(1);
            disk.gate.countDown();
            last.position();
            assertThat(log.accepting()).isTrue();
            for (int i = 0; i < 15; i++) {
                append(log, entry(i, 1000)); // the queue's account is settled each time
            }
        }
    }

    @Test
    void refusesAnEntryThatIsEmptyOrTooLarge() throws Exception {
        try (SegmentLog log = open()) {
            assertThatThrownBy(() -> log.append(ByteBuffer.allocate(0), new Told()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.append(ByteBuffer.allocate(1001), new Told()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void rollsFromSegmentToSegmentWithoutJumpsInPositions() throws Exception {
        List<String> expected = new ArrayList<>();
        try (SegmentLog log = open()) {
            long next = 0;
            for (int i = 0; i < 25; i++) {
                ByteBuffer entry = entry(i, 900 + i);
                expected.add(Logs.text(entry));
                assertThat(append(log, entry)).isEqualTo(next);
                next += SegmentFormat.recordBytes(900 + i);
            }
            assertThat(Logs.segments(directory)).hasSizeGreaterThan(5);
            assertThat(all(log)).isEqualTo(expected);
        }
        try (SegmentLog log = open()) {
            assertThat(all(log)).isEqualTo(expected);
        }
    }

    @Test
    void closingWritesWhatIsQueued() throws Exception {
        SegmentLog log = open();
        disk.gate = new CountDownLatch(1);
        List<Told> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Told told = new Told();
            assertThat(log.append(entry(i, 20), told)).isTrue();
            all.add(told);
        }
        disk.gate.countDown();
        log.close();
        assertThat(all).allMatch(told -> told.known() && !told.failed());
        assertThat(log.append(entry("late"), new Told())).isFalse();
        try (SegmentLog again = open()) {
            assertThat(all(again)).hasSize(20);
        }
    }

    @Test
    void anInterruptedCallerHarmsNobody() throws Exception {
        try (SegmentLog log = open()) {
            Told told = new Told();
            Thread.currentThread().interrupt();
            assertThat(log.append(entry("x"), told)).isTrue();
            assertThat(Thread.interrupted()).isTrue();
            told.position();
            append(log, entry("y"));
            SegmentReader reader = log.read("a", 0);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> reader.next(1000)).isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
            assertThat(rest(reader)).containsExactly("x", "y");
        }
    }

    @Test
    void aReaderWaitsAndIsWokenAtOnce() throws Exception {
        try (SegmentLog log = open()) {
            SegmentReader reader = log.read("a", 0);
            AtomicLong wokenNanos = new AtomicLong();
            Thread waiting = new Thread(() -> {
                try {
                    if (reader.next(20_000)) {
                        wokenNanos.set(System.nanoTime());
                    }
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            waiting.start();
            await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
            long start = System.nanoTime();
            append(log, entry("wake"));
            waiting.join(10_000);
            assertThat(wokenNanos.get()).isPositive();
            assertThat((wokenNanos.get() - start) / 1_000_000).isLessThan(2_000);
        }
    }

    @Test
    void aReaderGivesUpAfterItsTime() throws Exception {
        try (SegmentLog log = open()) {
            SegmentReader reader = log.read("a", 0);
            long start = System.nanoTime();
            assertThat(reader.next(50)).isFalse();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000);
        }
    }

    @Test
    void aWaitingReaderEndsWhenTheLogCloses() throws Exception {
        SegmentLog log = open();
        SegmentReader reader = log.read("a", 0);
        List<Throwable> thrown = new ArrayList<>();
        Thread waiting = new Thread(() -> {
            try {
                reader.next(60_000);
            } catch (IOException | InterruptedException e) {
                thrown.add(e);
            }
        });
        waiting.start();
        await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        log.close();
        waiting.join(10_000);
        assertThat(thrown).singleElement().isInstanceOf(IOException.class);
    }

    @Test
    void aTailReadsOnlyWhatIsNew() throws Exception {
        try (SegmentLog log = open()) {
            append(log, entry("old"));
            SegmentReader tail = log.tail();
            append(log, entry("new"));
            assertThat(rest(tail)).containsExactly("new");
        }
    }

    @Test
    void aDirectoryHasOneLogAtATime() throws Exception {
        SegmentLog log = open();
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("already open");
        append(log, entry("still well"));
        log.close();
        open().close();
    }

    @Test
    void refusesAReaderItDoesNotKnowOrThatIsAheadOfIt() throws Exception {
        try (SegmentLog log = open()) {
            assertThatThrownBy(() -> log.read("stranger", 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.read("a", 4096))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has lost entries");
        }
    }
}
