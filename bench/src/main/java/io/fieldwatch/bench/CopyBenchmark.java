package io.fieldwatch.bench;

import io.fieldwatch.storage.CopyEncoder;
import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A block of observations into rows of COPY BINARY. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CopyBenchmark {

    static final int OBSERVATIONS = 1000;

    private final BlockReader block = new BlockReader().wrap(Samples.block(OBSERVATIONS));
    private final CopyEncoder encoder = new CopyEncoder(Samples.KIND, 1 << 20);

    @Benchmark
    @OperationsPerInvocation(OBSERVATIONS)
    public int blockToCopyRows() {
        encoder.clear();
        block.rewind();
        while (block.next()) {
            if (block.type() == BlockFormat.OBSERVATION && encoder.storable(block)) {
                encoder.encode(block, block.device());
            }
        }
        return encoder.length();
    }
}
