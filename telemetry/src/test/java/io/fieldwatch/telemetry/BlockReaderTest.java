package io.fieldwatch.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A block that is not what it says is refused in words; no read leaves it. */
class BlockReaderTest {

    private final BlockReader reader = new BlockReader();

    @Test
    void refusesAnotherMagicAndAnotherVersion() {
        ByteBuffer magic = sample();
        magic.put(0, (byte) 'X');
        assertThatIllegalStateException().isThrownBy(() -> reader.wrap(magic)).withMessageContaining("not a block");
        ByteBuffer version = sample();
        version.put(4, (byte) 2);
        assertThatIllegalStateException().isThrownBy(() -> reader.wrap(version)).withMessageContaining("version 1");
    }

    @Test
    void refusesALengthThatTheBufferDoesNotHave() {
        for (int bytes : new int[] {Integer.MIN_VALUE, -1, 0, 31, sample().remaining() + 1, Integer.MAX_VALUE}) {
            ByteBuffer block = sample();
            block.putInt(20, bytes);
            assertThatIllegalStateException().isThrownBy(() -> reader.wrap(block));
        }
    }

    @Test
    void refusesEveryTruncation() {
        ByteBuffer whole = sample();
        for (int bytes = 0; bytes < whole.remaining(); bytes++) {
            ByteBuffer cut = whole.duplicate().limit(bytes);
            assertThatIllegalStateException().as("%d bytes", bytes).isThrownBy(() -> reader.wrap(cut));
        }
    }

    @Test
    void findsEveryTruncationThatTheHeaderDoesNotKnowOf() {
        int whole = sample().remaining();
        int atRecords = 0;
        for (int bytes = BlockFormat.HEADER_BYTES; bytes < whole; bytes++) {
            // The bytes behind the cut stay in the buffer: reading on would find them, and must not.
            ByteBuffer block = sample();
            block.putInt(20, bytes);
            ByteBuffer cut = sample().limit(bytes);
            cut.putInt(20, bytes);
            if (isRecordBoundary(bytes)) {
                atRecords++;
                assertThat(readAll(block)).isEqualTo(readAll(cut));
            } else {
                assertThatIllegalStateException().as("%d bytes", bytes).isThrownBy(() -> readAll(block));
                assertThatIllegalStateException().as("%d bytes", bytes).isThrownBy(() -> readAll(cut));
            }
        }
        assertThat(atRecords).isEqualTo(4);
    }

    @Test
    void refusesARecordWhoseLengthIsNotItsTypes() {
        for (int bytes : new int[] {-1, 0, 7, 8, 31, 39, 41, 48}) {
            ByteBuffer block = sample();
            block.putInt(BlockFormat.HEADER_BYTES, bytes);
            assertThatIllegalStateException().as("%d bytes", bytes).isThrownBy(() -> readAll(block));
        }
    }

    @Test
    void readsOnlyInsideTheBlockOrRefusesWhateverByteIsWrong() {
        byte[] good = bytesOf(sample());
        SplittableRandom random = new SplittableRandom(20261123);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, good.length);
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                readAll(ByteBuffer.wrap(bad));
            } catch (IllegalStateException | IllegalArgumentException e) {
                refused++; // the second is a value that no definition can have; an index out of bounds is neither
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void passesOverARecordOfALaterVersion() {
        ByteBuffer block = sample();
        block.put(BlockFormat.HEADER_BYTES + 4, (byte) 99);
        reader.wrap(block);
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(99);
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(BlockFormat.DEVICE);
    }

    /** One record of each type. */
    private static ByteBuffer sample() {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocate(512), 1, 0);
        writer.begin(1, 0);
        writer.setNumber(0, 1.5);
        writer.commit(1, 1, 0);
        writer.device(new DeviceDefinition(0, 1, "d-0", "Cầu Trắng", "Quyết Thắng", 21.3, 103.9));
        writer.reject(new RejectedInput(RejectReason.MALFORMED_JSON, 1, "s", "t", new byte[] {1, 2, 3}, "detail"));
        writer.tick(5);
        ByteBuffer sealed = writer.seal();
        ByteBuffer copy = ByteBuffer.allocate(sealed.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        return copy.put(sealed).flip();
    }

    private boolean isRecordBoundary(int bytes) {
        reader.wrap(sample());
        while (reader.next()) {
            if (reader.offset() == bytes) {
                return true;
            }
        }
        return false;
    }

    /** Calls every getter of every record; what they say is folded into one number. */
    private long readAll(ByteBuffer block) {
        long sum = 0;
        reader.wrap(block);
        while (reader.next()) {
            sum += switch (reader.type()) {
                case BlockFormat.OBSERVATION -> readObservation();
                case BlockFormat.DEVICE -> reader.definition().hashCode();
                case BlockFormat.REJECTED -> reader.rejected().detail().length();
                case BlockFormat.TICK -> reader.tickMicros();
                default -> reader.offset();
            };
        }
        return sum;
    }

    private long readObservation() {
        long sum = reader.timeMicros() + reader.arrivalMillis() + reader.device() + reader.kind() + reader.quality();
        for (int property = 0; property <= Property.NUMBER_MAX; property++) {
            if (reader.has(property)) {
                sum += reader.bits(property);
            }
        }
        return sum;
    }

    private static byte[] bytesOf(ByteBuffer block) {
        byte[] bytes = new byte[block.remaining()];
        block.get(0, bytes);
        return bytes;
    }
}
