package io.fieldwatch.journal;

import static io.fieldwatch.journal.LogFixture.SEGMENT;
import static io.fieldwatch.journal.LogFixture.append;
import static io.fieldwatch.journal.LogFixture.appendDurably;
import static io.fieldwatch.journal.LogFixture.config;
import static io.fieldwatch.journal.LogFixture.entry;
import static io.fieldwatch.journal.LogFixture.readAll;
import static io.fieldwatch.journal.LogFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SegmentLogTest {

    @TempDir
    private Path directory = Path.of("");

    @Test
    void entriesAreReadInTheOrderTheyWereAppended() throws Exception {
        try (SegmentLog log = SegmentLog.open(config(directory, "a"))) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                expected.add("entry " + i + "x".repeat(i % 9));
                appendDurably(log, expected.get(i));
            }
            try (SegmentReader reader = log.read("a", 0)) {
                assertThat(readAll(reader)).isEqualTo(expected);
                assertThat(reader.lag()).isZero();
            }
        }
    }

    @Test
    void aRestartFindsEverythingAndKeepsTheId() throws Exception {
        UUID id;
        List<String> expected = new ArrayList<>();
        List<Long> positions = new ArrayList<>();
        try (SegmentLog log = SegmentLog.open(config(directory, "a"))) {
            id = log.id();
            for (int i = 0; i < 300; i++) { // over several segments
                expected.add(i + "y".repeat(997));
                positions.add(appendDurably(log, expected.get(i)));
            }
        }
        try (SegmentLog log = SegmentLog.open(config(directory, "a"));
                SegmentReader all = log.read("a", 0);
                SegmentReader late = log.read("a", positions.get(200))) {
            assertThat(log.id()).isEqualTo(id);
            assertThat(readAll(all)).isEqualTo(expected);
            assertThat(late.next(0)).isTrue();
            assertThat(text(late.entry())).isEqualTo(expected.get(200));
            assertThat(late.position()).isEqualTo(positions.get(200));
            long next = appendDurably(log, "after the restart");
            assertThat(next).isGreaterThan(positions.get(299));
        }
    }

    @Test
    void allThatWaitsSharesOneForce() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger forces = new AtomicInteger();
        SegmentFile.Opener opener = file -> new FaultyFile(file) {
            @Override
            public void force() throws IOException {
                if (forces.incrementAndGet() == 1) {
                    blocked.countDown();
                    await(go);
                }
                super.force();
            }
        };
        try (SegmentLog log = SegmentLog.open(config(directory), opener)) {
            List<CompletableFuture<Long>> outcomes = new ArrayList<>(List.of(append(log, "first")));
            blocked.await();
            for (int i = 0; i < 50; i++) {
                outcomes.add(append(log, "waiting " + i));
            }
            assertThat(outcomes).noneMatch(CompletableFuture::isDone);
            go.countDown();
            for (CompletableFuture<Long> outcome : outcomes) {
                assertThat(outcome.get(10, TimeUnit.SECONDS)).isPositive();
            }
            assertThat(forces).hasValue(2);
        }
    }

    @Test
    void aFailedForceAcknowledgesNothingAndIsNotTriedAgain() throws Exception {
        AtomicInteger forces = new AtomicInteger();
        SegmentFile.Opener opener = file -> new FaultyFile(file) {
            @Override
            public void force() throws IOException {
                if (forces.incrementAndGet() == 2) {
                    throw new IOException("injected: I/O error");
                }
                super.force();
            }
        };
        try (SegmentLog log = SegmentLog.open(config(directory), opener)) {
            appendDurably(log, "good");
            assertThatThrownBy(() -> appendDurably(log, "bad"))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("injected");
            assertThat(log.accepting()).isFalse();
            assertThat(log.append(entry("later"), new LogFixture.Future())).isFalse();
            assertThat(log.failure()).isPresent();
            assertThat(forces).hasValue(2);
        }
    }

    @Test
    void aFailedWriteFailsEverythingThatWaits() throws Exception {
        SegmentFile.Opener opener = file -> new FaultyFile(file) {
            @Override
            public void write(ByteBuffer bytes, long offset) throws IOException {
                throw new IOException("injected: no space left on device");
            }
        };
        try (SegmentLog log = SegmentLog.open(config(directory), opener)) {
            assertThat(append(log, "a")).failsWithin(java.time.Duration.ofSeconds(10));
        }
    }

    @Test
    void aFullBudgetRefusesUntilReadersRelease() throws Exception {
        try (SegmentLog log = SegmentLog.open(config(directory, "a", "b"))) {
            String large = "z".repeat(8000);
            int taken = 0;
            while (taken < 1000) {
                LogFixture.Future outcome = new LogFixture.Future();
                if (!log.append(entry(large), outcome)) {
                    break;
                }
                outcome.position.get(10, TimeUnit.SECONDS);
                taken++;
            }
            assertThat(taken).isBetween(6 * SEGMENT / 8100, 8 * SEGMENT / 8000);
            assertThat(log.accepting()).isFalse();
            try (SegmentReader a = log.read("a", 0);
                    SegmentReader b = log.read("b", 0)) {
                assertThat(readAll(a)).hasSize(taken);
                a.release(a.nextPosition());
                assertThat(log.accepting()).as("b has not released").isFalse();
                assertThat(readAll(b)).hasSize(taken);
                b.release(b.nextPosition());
                assertThat(log.accepting()).isTrue();
                assertThat(appendDurably(log, "fits again")).isPositive();
            }
        }
    }

    @Test
    void aTailJumpsOverWhatWasTrimmedAndANamedReaderNeverMisses() throws Exception {
        try (SegmentLog log = SegmentLog.open(config(directory, "a"))) {
            try (SegmentReader tail = log.tail();
                    SegmentReader a = log.read("a", 0)) {
                for (int i = 0; i < 30; i++) {
                    appendDurably(log, i + "w".repeat(8000));
                    assertThat(a.next(0)).isTrue();
                    a.release(a.nextPosition());
                }
                assertThat(tail.next(0)).isTrue();
                assertThat(text(tail.entry())).doesNotStartWith("0w");
            }
        }
    }

    @Test
    void aReaderThatWaitsIsWokenByTheNextEntry() throws Exception {
        try (SegmentLog log = SegmentLog.open(config(directory, "a"));
                SegmentReader reader = log.read("a", 0)) {
            assertThat(reader.next(20)).isFalse();
            CompletableFuture<Boolean> woken = CompletableFuture.supplyAsync(() -> {
                try {
                    return reader.next(20_000);
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread.sleep(100);
            appendDurably(log, "wake up");
            assertThat(woken.get(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closingWritesWhatWaits() throws Exception {
        List<CompletableFuture<Long>> outcomes = new ArrayList<>();
        try (SegmentLog log = SegmentLog.open(config(directory, "a"))) {
            for (int i = 0; i < 100; i++) {
                outcomes.add(append(log, "entry " + i));
            }
        }
        assertThat(outcomes).allMatch(outcome -> outcome.isDone() && !outcome.isCompletedExceptionally());
        try (SegmentLog log = SegmentLog.open(config(directory, "a"));
                SegmentReader reader = log.read("a", 0)) {
            assertThat(readAll(reader)).hasSize(100);
        }
    }

    @Test
    void oneDirectoryBelongsToOneLog() throws Exception {
        try (SegmentLog log = SegmentLog.open(config(directory))) {
            assertThat(log.accepting()).isTrue();
            assertThatThrownBy(() -> SegmentLog.open(config(directory)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The disk, as a test bends it. */
    private static class FaultyFile implements SegmentFile {

        private final SegmentFile disk;

        FaultyFile(Path file) throws IOException {
            disk = new SegmentFile.OnDisk(file);
        }

        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            disk.write(bytes, offset);
        }

        @Override
        public void force() throws IOException {
            disk.force();
        }

        @Override
        public void close() throws IOException {
            disk.close();
        }
    }
}
