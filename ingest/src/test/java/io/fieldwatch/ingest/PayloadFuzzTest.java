package io.fieldwatch.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Whatever a payload is: it becomes records that can be read back, what is accepted is what {@link JsonTree} makes of the
 * same bytes, and what is refused is kept byte for byte.
 */
class PayloadFuzzTest {

    static final long NOW = Instant.parse("2026-11-23T07:00:00Z").toEpochMilli() * 1000;

    private static final int BYTES_MAX = 16 * 1024;
    private static final String[] TOPICS = {
        "fieldwatch/v1/traffic-flow/cam-1",
        "fieldwatch/v1/traffic-flow",
        "fieldwatch/v1/camera/cam-1",
        "fieldwatch/v1/traffic-flow/cam-1/about",
    };

    private static final Catalogue CATALOGUE = Catalogue.builtIn();
    private static final ByteBuffer BLOCK = ByteBuffer.allocate(1 << 20);

    /** Bytes as they are; the first one chooses the topic. */
    @FuzzTest(maxDuration = "10m")
    void anyPayload(byte[] bytes) {
        int length = Math.min(bytes.length, BYTES_MAX);
        String topic = TOPICS[length == 0 ? 0 : bytes[0] & 3];
        check(topic, length == 0 ? bytes : Arrays.copyOfRange(bytes, 1, length));
    }

    /** JSON made by its grammar, with the names and values the catalogue knows, and some bytes changed. */
    @FuzzTest(maxDuration = "10m")
    void madePayload(FuzzedDataProvider data) {
        String topic = data.pickValue(TOPICS);
        check(topic, new PayloadMaker(data).payload());
    }

    private static void check(String topic, byte[] payload) {
        TopicRoute route = TopicRoute.of(topic, CATALOGUE);
        BlockReader block = decode(route, payload);
        JsonTree tree = JsonTree.of(payload);
        int records = 0;
        while (block.next()) {
            if (block.type() != BlockFormat.DEVICE || route.about()) {
                tree.expect(records++, block, route);
            }
        }
        tree.expectAll(records, route);
    }

    /** Decodes twice, from the middle of an array and from memory that is none, which must not differ. */
    private static BlockReader decode(TopicRoute route, byte[] payload) {
        byte[] padded = new byte[payload.length + 20];
        Arrays.fill(padded, (byte) '1');
        System.arraycopy(payload, 0, padded, 10, payload.length);
        List<String> fromMiddle = lines(decoded(route, Unpooled.wrappedBuffer(padded, 10, payload.length)));
        ByteBuf direct = Unpooled.directBuffer(Math.max(1, payload.length)).writeBytes(payload);
        ByteBuffer block = decoded(route, direct);
        direct.release();
        assertThat(lines(block)).isEqualTo(fromMiddle);
        return new BlockReader().wrap(block);
    }

    /** Without the detail of what is malformed, which says how Jackson's buffers lay. */
    private static List<String> lines(ByteBuffer block) {
        Records records = Records.of(block);
        List<String> lines = new ArrayList<>();
        records.definitions.forEach(each -> lines.add(each.toString()));
        records.observations.forEach(each -> lines.add(each.toString()));
        records.rejected.forEach(
                each -> lines.add(each.reason() + " " + HexFormat.of().formatHex(each.payload())));
        return lines;
    }

    private static ByteBuffer decoded(TopicRoute route, ByteBuf payload) {
        TopicRoute fresh = TopicRoute.of(route.topic(), CATALOGUE);
        ObservationDecoder decoder =
                new ObservationDecoder(new DeviceNumbers(new DeviceDictionary(), 100), IngestConfig.standard());
        BlockWriter writer = new BlockWriter();
        writer.open(BLOCK, 1, NOW / 1000);
        int index = payload.readerIndex();
        assertThat(decoder.decode(fresh, "fuzz", payload, NOW, writer)).isTrue();
        assertThat(payload.readerIndex()).isEqualTo(index);
        assertThat(payload.refCnt()).isEqualTo(1);
        BlockReader block = new BlockReader().wrap(writer.seal());
        int rejected = 0;
        int described = 0;
        while (block.next()) {
            rejected += block.type() == BlockFormat.REJECTED ? 1 : 0;
            described += block.type() == BlockFormat.DEVICE ? 1 : 0;
        }
        assertThat(decoder.accepted()).isEqualTo(block.observations());
        assertThat(decoder.quarantined()).isEqualTo(rejected);
        assertThat(decoder.described()).isLessThanOrEqualTo(described);
        assertThat(decoder.accepted() + decoder.quarantined() + decoder.described())
                .isPositive();
        assertThat(decoder.firstRefusal() == null).isEqualTo(rejected == 0);
        return BLOCK.duplicate();
    }
}
