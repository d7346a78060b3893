package io.fieldwatch.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.journal.Logs.Told;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything at once, on segments so small that they come and go all the time. */
final class ConcurrencyTest {

    private static final int APPENDERS = 4;
    private static final int ENTRIES = 500;

    @TempDir
    Path directory;

    private final AtomicBoolean done = new AtomicBoolean();

    @Test
    void manyAppendAndReadWhileSegmentsComeAndGo() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (SegmentLog log = SegmentLog.open(Logs.small(directory, Set.of("a", "b")))) {
            List<Future<Integer>> readers = new ArrayList<>();
            for (String name : List.of("a", "b")) {
                SegmentReader reader = log.read(name, 0);
                readers.add(threads.submit(() -> readAll(reader)));
            }
            SegmentReader tail = log.tail();
            Future<Integer> tailed = threads.submit(() -> readTail(tail));
            List<Future<Integer>> appenders = new ArrayList<>();
            for (int i = 0; i < APPENDERS; i++) {
                appenders.add(threads.submit(appender(log, i)));
            }
            for (Future<Integer> appender : appenders) {
                assertThat(appender.get(60, TimeUnit.SECONDS)).isEqualTo(ENTRIES);
            }
            for (Future<Integer> reader : readers) {
                assertThat(reader.get(60, TimeUnit.SECONDS)).isEqualTo(APPENDERS * ENTRIES);
            }
            done.set(true);
            assertThat(tailed.get(60, TimeUnit.SECONDS)).isBetween(1, APPENDERS * ENTRIES);
            assertThat(log.metrics().get(JournalMetric.TRIMMED_SEGMENTS)).isGreaterThan(50);
            assertThat(log.metrics().get(JournalMetric.TRIM_FAILURES)).isZero();
            assertThat(log.failure()).isEmpty();
        } finally {
            threads.shutdown();
        }
    }

    private static Callable<Integer> appender(SegmentLog log, int number) {
        return () -> {
            Told last = new Told();
            for (int i = 0; i < ENTRIES; ) {
                last = new Told();
                if (log.append(Logs.entry(number * ENTRIES + i, 20 + i * 13 % 900), last)) {
                    i++;
                } else {
                    Thread.sleep(1);
                }
            }
            last.position();
            return ENTRIES;
        };
    }

    /** Each appender's entries come complete and in order. */
    private static int readAll(SegmentReader reader) throws Exception {
        int[] next = new int[APPENDERS];
        int count = 0;
        while (count < APPENDERS * ENTRIES && reader.next(30_000)) {
            int number = Logs.number(Logs.text(reader.entry()));
            assertThat(number % ENTRIES).isEqualTo(next[number / ENTRIES]++);
            count++;
            reader.release(reader.nextPosition());
        }
        return count;
    }

    /** A tail may skip, and never goes back. */
    private int readTail(SegmentReader tail) throws Exception {
        int count = 0;
        long before = -1;
        while (true) {
            if (tail.next(20)) {
                assertThat(tail.position()).isGreaterThan(before);
                before = tail.position();
                count++;
                Thread.sleep(count % 10 == 0 ? 5 : 0);
            } else if (done.get()) {
                break;
            }
        }
        return count;
    }
}
