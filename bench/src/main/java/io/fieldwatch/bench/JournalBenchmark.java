package io.fieldwatch.bench;

import io.fieldwatch.journal.JournalConfig;
import io.fieldwatch.journal.SegmentLog;
import io.fieldwatch.journal.SegmentReader;
import io.fieldwatch.telemetry.ObservationLog.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Append and force: a block of observations from sealed to durable, on the disk of the working directory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JournalBenchmark {

    /** Observations in the block; the result is per observation. */
    static final int OBSERVATIONS = 1000;

    private static final int SEGMENT_BYTES = 64 << 20;
    private static final long RELEASE_EVERY_BYTES = 8 << 20;

    private final Semaphore durable = new Semaphore(0);
    private final ByteBuffer block = Samples.block(OBSERVATIONS);
    private @Nullable Path directory;
    private @Nullable SegmentLog log;
    private @Nullable SegmentReader reader;
    private volatile long position;
    private long released;

    private final Outcome outcome = new Outcome() {
        @Override
        public void onDurable(long position) {
            JournalBenchmark.this.position = position;
            durable.release();
        }

        @Override
        public void onFailed(IOException cause) {
            throw new IllegalStateException(cause);
        }
    };

    @Setup(Level.Trial)
    public void open() throws IOException {
        Path made = Files.createTempDirectory(Path.of("").toAbsolutePath(), "journal-benchmark");
        directory = made;
        SegmentLog opened = SegmentLog.open(
                new JournalConfig(made, SEGMENT_BYTES, 6L * SEGMENT_BYTES, 8 << 20, 1024, 1 << 20, Set.of("bench")));
        reader = opened.read("bench", 0);
        log = opened;
    }

    /** One block at a time: each pays a whole force, shared by its observations. */
    @Benchmark
    @OperationsPerInvocation(OBSERVATIONS)
    public void appendAndForce() throws InterruptedException {
        SegmentLog open = log;
        if (open == null || !open.append(block.duplicate(), outcome)) {
            throw new IllegalStateException("the log takes nothing");
        }
        durable.acquire();
        SegmentReader reading = reader;
        if (reading != null && position - released > RELEASE_EVERY_BYTES) {
            reading.release(position); // so that the log never fills up
            released = position;
        }
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        SegmentReader reading = reader;
        if (reading != null) {
            reading.close();
        }
        SegmentLog open = log;
        if (open != null) {
            open.close();
        }
        Path made = directory;
        if (made != null) {
            try (Stream<Path> files = Files.walk(made)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
