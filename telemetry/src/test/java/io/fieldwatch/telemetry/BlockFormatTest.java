package io.fieldwatch.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The bytes at the offsets that {@link BlockFormat} documents: what is in old logs must stay readable. */
class BlockFormatTest {

    private static final long BASE_MILLIS = 1_795_000_000_123L;

    private final BlockWriter writer = new BlockWriter();

    @Test
    void headerIsAsDocumented() {
        ByteBuffer block = open();
        writer.tick(1);
        writer.begin(1, 0);
        writer.commit(2, BASE_MILLIS, Quality.GOOD);
        writer.seal();

        assertThat(block.getInt(0)).isEqualTo(0x31425746);
        assertThat(new byte[] {block.get(0), block.get(1), block.get(2), block.get(3)})
                .isEqualTo("FWB1".getBytes(StandardCharsets.US_ASCII));
        assertThat(block.get(4)).isEqualTo((byte) 1);
        assertThat(block.get(5)).as("flags without devices").isZero();
        assertThat(block.getShort(6)).as("spare").isZero();
        assertThat(block.getInt(8)).as("catalogue version").isEqualTo(7);
        assertThat(block.getInt(12)).as("records").isEqualTo(2);
        assertThat(block.getInt(16)).as("observations").isEqualTo(1);
        assertThat(block.getInt(20)).as("bytes").isEqualTo(32 + 16 + 32).isEqualTo(block.remaining());
        assertThat(block.getLong(24)).as("base").isEqualTo(BASE_MILLIS);
    }

    @Test
    void observationIsAsDocumented() {
        ByteBuffer block = open();
        writer.begin(0xFEDC, 0x01020304);
        writer.setBoolean(63, true);
        writer.setNumber(0, -0.5);
        writer.setCode(9, 3);
        writer.setInteger(2, -7);
        writer.commit(1_795_000_000_500_250L, BASE_MILLIS + 40_000, 0x8005);
        writer.seal();

        assertThat(block.getInt(32)).as("bytes").isEqualTo(32 + 4 * 8);
        assertThat(block.get(36)).as("type").isEqualTo((byte) 1);
        assertThat(block.get(37)).as("spare").isZero();
        assertThat(block.getShort(38) & 0xFFFF).as("kind").isEqualTo(0xFEDC);
        assertThat(block.getInt(40)).as("device").isEqualTo(0x01020304);
        assertThat(block.getShort(44) & 0xFFFF).as("arrival").isEqualTo(40_000);
        assertThat(block.getShort(46) & 0xFFFF).as("quality").isEqualTo(0x8005);
        assertThat(block.getLong(48)).as("time").isEqualTo(1_795_000_000_500_250L);
        assertThat(block.getLong(56)).as("present").isEqualTo(1L | 1L << 2 | 1L << 9 | 1L << 63);
        assertThat(block.getDouble(64)).isEqualTo(-0.5);
        assertThat(block.getLong(72)).isEqualTo(-7);
        assertThat(block.getLong(80)).isEqualTo(3);
        assertThat(block.getLong(88)).isEqualTo(1);
    }

    @Test
    void deviceIsAsDocumented() {
        ByteBuffer block = open();
        writer.device(new DeviceDefinition(5, 2, "cam-1", null, "Tô Hiệu", 21.33, 103.91));
        writer.seal();

        assertThat(block.get(5)).as("flags with devices").isEqualTo((byte) 1);
        int area = "Tô Hiệu".getBytes(StandardCharsets.UTF_8).length;
        assertThat(block.getInt(32)).as("bytes").isEqualTo(28 + 2 + 5 + 2 + 2 + area);
        assertThat(block.get(36)).as("type").isEqualTo((byte) 2);
        assertThat(block.get(37)).as("area only").isEqualTo((byte) 2);
        assertThat(block.getShort(38)).as("kind").isEqualTo((short) 2);
        assertThat(block.getInt(40)).as("device").isEqualTo(5);
        assertThat(block.getDouble(44)).isEqualTo(21.33);
        assertThat(block.getDouble(52)).isEqualTo(103.91);
        assertThat(text(block, 60)).isEqualTo("cam-1");
        assertThat(text(block, 67)).isEmpty();
        assertThat(text(block, 69)).isEqualTo("Tô Hiệu");
    }

    @Test
    void rejectedInputIsAsDocumented() {
        ByteBuffer block = open();
        byte[] payload = {1, 2, 3};
        writer.reject(new RejectedInput(RejectReason.CONFLICT, BASE_MILLIS, "client", "a/b", payload, "why"));
        writer.seal();

        assertThat(block.getInt(32)).as("bytes").isEqualTo(16 + 8 + 5 + 5 + 4 + 3);
        assertThat(block.get(36)).as("type").isEqualTo((byte) 3);
        assertThat(block.get(37)).as("reason").isEqualTo((byte) 13);
        assertThat(block.getShort(38)).as("spare").isZero();
        assertThat(block.getLong(40)).as("arrival").isEqualTo(BASE_MILLIS);
        assertThat(text(block, 48)).isEqualTo("client");
        assertThat(text(block, 56)).isEqualTo("a/b");
        assertThat(text(block, 61)).isEqualTo("why");
        assertThat(block.getInt(66)).isEqualTo(3);
        assertThat(block.get(70)).isEqualTo((byte) 1);
        assertThat(block.get(72)).isEqualTo((byte) 3);
    }

    @Test
    void tickIsAsDocumented() {
        ByteBuffer block = open();
        writer.tick(-5);
        writer.seal();

        assertThat(block.getInt(32)).as("bytes").isEqualTo(16);
        assertThat(block.getInt(36)).as("type and spare").isEqualTo(4);
        assertThat(block.getLong(40)).isEqualTo(-5);
    }

    private ByteBuffer open() {
        ByteBuffer buffer = ByteBuffer.allocate(512).order(ByteOrder.BIG_ENDIAN);
        writer.open(buffer, 7, BASE_MILLIS);
        return buffer;
    }

    private static String text(ByteBuffer block, int index) {
        byte[] utf8 = new byte[block.getShort(index)];
        block.get(index + 2, utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
