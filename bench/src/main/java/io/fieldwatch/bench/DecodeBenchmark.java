package io.fieldwatch.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.fieldwatch.ingest.DeviceNumbers;
import io.fieldwatch.ingest.IngestConfig;
import io.fieldwatch.ingest.ObservationDecoder;
import io.fieldwatch.ingest.TopicRoute;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One PUBLISH with five properties, from the payload's bytes into the block; beside it the bare scan of its tokens. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecodeBenchmark {

    private static final int BLOCK_BYTES = 1 << 20;
    private static final long ARRIVAL_MICROS = 1_795_417_200_000_000L; // 2026-11-23T07:00:00Z

    private final Catalogue catalogue = Catalogue.builtIn();
    private final ObservationDecoder decoder =
            new ObservationDecoder(new DeviceNumbers(new DeviceDictionary(), Samples.DEVICES), IngestConfig.standard());
    private final TopicRoute route = TopicRoute.of(Samples.TOPIC, catalogue);
    private final ByteBuf payload = Unpooled.directBuffer().writeBytes(Samples.PAYLOAD);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK_BYTES);
    private final BlockWriter block = new BlockWriter();
    private final JsonFactory json = new JsonFactory();

    public DecodeBenchmark() {
        block.open(buffer, catalogue.version(), ARRIVAL_MICROS / 1000);
    }

    /** The answer is the block's size, so that nothing is optimised away. */
    @Benchmark
    public int publishToBlock() {
        if (!decoder.decode(route, "bench", payload, ARRIVAL_MICROS, block)) {
            block.seal();
            block.open(buffer, catalogue.version(), ARRIVAL_MICROS / 1000);
            decoder.decode(route, "bench", payload, ARRIVAL_MICROS, block);
        }
        if (decoder.accepted() != 1) {
            throw new IllegalStateException("the sample was not accepted");
        }
        return block.bytes();
    }

    /** The yardstick: Jackson reads the same bytes token by token and nothing is kept. */
    @Benchmark
    public int jacksonTokenScan() throws IOException {
        int tokens = 0;
        try (JsonParser parser = json.createParser(Samples.PAYLOAD)) {
            while (parser.nextToken() != null) {
                tokens++;
            }
        }
        return tokens;
    }
}
