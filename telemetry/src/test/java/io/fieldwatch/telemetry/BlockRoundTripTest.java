package io.fieldwatch.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockRoundTripTest {

    private static final long BASE_MILLIS = 1_795_000_000_000L;

    private final BlockWriter writer = new BlockWriter();
    private final BlockReader reader = new BlockReader();

    private record Observation(
            int kind, int device, long timeMicros, long arrivalMillis, int quality, long present, List<Long> bits) {}

    @Test
    void readsExtremeValuesOfEveryTypeAsWritten() {
        writer.open(ByteBuffer.allocateDirect(1024), Integer.MAX_VALUE, Long.MIN_VALUE);
        writer.begin(Kind.NUMBER_MAX, Integer.MAX_VALUE);
        writer.setNumber(0, Double.NaN);
        writer.setNumber(1, Double.NEGATIVE_INFINITY);
        writer.setNumber(2, -0.0);
        writer.setNumber(3, Double.MIN_VALUE);
        writer.setInteger(4, Long.MIN_VALUE);
        writer.setInteger(5, Long.MAX_VALUE);
        writer.setBoolean(6, false);
        writer.setBoolean(7, true);
        writer.setCode(63, Integer.MAX_VALUE);
        assertThat(writer.has(63)).isTrue();
        assertThat(writer.has(62)).isFalse();
        assertThat(writer.propertyCount()).isEqualTo(9);
        assertThat(writer.commit(Long.MIN_VALUE, Long.MIN_VALUE, 0xFFFF)).isTrue();
        reader.wrap(writer.seal());

        assertThat(reader.catalogueVersion()).isEqualTo(Integer.MAX_VALUE);
        assertThat(reader.baseMillis()).isEqualTo(Long.MIN_VALUE);
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(BlockFormat.OBSERVATION);
        assertThat(reader.kind()).isEqualTo(Kind.NUMBER_MAX);
        assertThat(reader.device()).isEqualTo(Integer.MAX_VALUE);
        assertThat(reader.timeMicros()).isEqualTo(Long.MIN_VALUE);
        assertThat(reader.quality()).isEqualTo(0xFFFF);
        assertThat(reader.number(0)).isNaN();
        assertThat(reader.number(1)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(reader.bits(2)).isEqualTo(Double.doubleToRawLongBits(-0.0));
        assertThat(reader.number(3)).isEqualTo(Double.MIN_VALUE);
        assertThat(reader.bits(4)).isEqualTo(Long.MIN_VALUE);
        assertThat(reader.bits(5)).isEqualTo(Long.MAX_VALUE);
        assertThat(reader.bits(6)).isZero();
        assertThat(reader.bits(7)).isEqualTo(1);
        assertThat(reader.bits(63)).isEqualTo(Integer.MAX_VALUE);
        assertThat(reader.has(62)).isFalse();
        assertThat(reader.next()).isFalse();
    }

    @Test
    void readsPropertiesOfAnyTypeAsNumbers() {
        Catalogue catalogue = Catalogue.builtIn();
        Kind traffic = catalogue.kind("traffic-flow").orElseThrow();
        writer.open(ByteBuffer.allocate(256), catalogue.version(), BASE_MILLIS);
        writer.begin(traffic.number(), 0);
        writer.setNumber(2, 38.5);
        writer.setBoolean(6, true);
        writer.setInteger(8, 4);
        writer.setCode(9, 1);
        writer.commit(1, BASE_MILLIS, 0);
        reader.wrap(writer.seal()).next();

        assertThat(reader.number(traffic.property("averageVehicleSpeed").orElseThrow()))
                .isEqualTo(38.5);
        assertThat(reader.number(traffic.property("congested").orElseThrow())).isEqualTo(1.0);
        assertThat(reader.number(traffic.property("laneId").orElseThrow())).isEqualTo(4.0);
        assertThat(reader.number(traffic.property("laneDirection").orElseThrow()))
                .isEqualTo(1.0);
    }

    @Test
    void keepsArrivalsWithinWhatABlockSpans() {
        writer.open(ByteBuffer.allocate(256), 1, BASE_MILLIS);
        for (long arrival : new long[] {BASE_MILLIS - 5, BASE_MILLIS + 65_535, BASE_MILLIS + 100_000}) {
            writer.begin(1, 0);
            writer.commit(1, arrival, 0);
        }
        reader.wrap(writer.seal());

        List<Long> arrivals = new ArrayList<>();
        while (reader.next()) {
            arrivals.add(reader.arrivalMillis());
        }
        assertThat(arrivals).containsExactly(BASE_MILLIS, BASE_MILLIS + 65_535, BASE_MILLIS + 65_535);
    }

    @Test
    void readsDevicesRejectedInputAndTicksAsWritten() {
        DeviceDefinition full = new DeviceDefinition(3, 1, "ngã-tư-3", "Ngã tư", "Chiềng Lề", 21.3256, 103.9188);
        DeviceDefinition bare = DeviceDefinition.undescribed(4, 65_535, "x".repeat(128));
        DeviceDefinition emptyTexts = new DeviceDefinition(5, 1, "e", "", "", -90, 180);
        RejectedInput rejected = new RejectedInput(
                RejectReason.UNSTORABLE,
                Long.MAX_VALUE,
                "client",
                "fieldwatch/v1/x",
                new byte[] {0, -1, 7},
                "chi tiết");
        writer.open(ByteBuffer.allocate(4096), 1, BASE_MILLIS);
        assertThat(writer.device(full)).isTrue();
        assertThat(writer.tick(Long.MIN_VALUE)).isTrue();
        assertThat(writer.device(bare)).isTrue();
        assertThat(writer.reject(rejected)).isTrue();
        assertThat(writer.device(emptyTexts)).isTrue();
        reader.wrap(writer.seal());

        assertThat(reader.records()).isEqualTo(5);
        assertThat(reader.observations()).isZero();
        assertThat(reader.hasDevices()).isTrue();
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(BlockFormat.DEVICE);
        assertThat(reader.definition()).isEqualTo(full);
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(BlockFormat.TICK);
        assertThat(reader.tickMicros()).isEqualTo(Long.MIN_VALUE);
        assertThat(reader.next()).isTrue();
        assertThat(reader.definition()).isEqualTo(bare);
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(BlockFormat.REJECTED);
        assertThat(reader.rejected()).usingRecursiveComparison().isEqualTo(rejected);
        assertThat(reader.next()).isTrue();
        assertThat(reader.definition()).isEqualTo(emptyTexts);
        assertThat(reader.next()).isFalse();
        assertThat(reader.next()).isFalse();
    }

    @Test
    void readsThatADeviceIsGoneAsWritten() {
        DeviceOffline gone = new DeviceOffline(65_535, 7, Long.MAX_VALUE, "mất điện");
        writer.open(ByteBuffer.allocate(4096), 1, BASE_MILLIS);
        assertThat(writer.offline(gone)).isTrue();
        reader.wrap(writer.seal());

        assertThat(reader.observations()).isZero();
        assertThat(reader.next()).isTrue();
        assertThat(reader.type()).isEqualTo(BlockFormat.OFFLINE);
        assertThat(reader.offline()).isEqualTo(gone);
        assertThat(reader.next()).isFalse();
    }

    @Test
    void cutsATextThatIsTooLongBetweenCharacters() {
        RejectedInput rejected =
                new RejectedInput(RejectReason.MALFORMED_JSON, 1, "c", "t", new byte[0], "a" + "ệ".repeat(30_000));
        writer.open(ByteBuffer.allocate(100_000), 1, BASE_MILLIS);
        writer.reject(rejected);
        reader.wrap(writer.seal()).next();

        assertThat(reader.rejected().detail()).isEqualTo("a" + "ệ".repeat((65_535 - 1) / 3));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20261123, -4})
    void readsTenThousandSeededObservationsAsWritten(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        writer.open(ByteBuffer.allocateDirect(8 << 20), 1, BASE_MILLIS);
        List<Observation> written = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            written.add(writeRandom(random));
        }
        ByteBuffer sealed = writer.seal();

        // As a slice of a larger buffer, because that is how a log hands blocks out.
        ByteBuffer larger = ByteBuffer.allocate(sealed.remaining() + 64);
        larger.put(32, sealed, 0, sealed.remaining());
        larger.position(32).limit(32 + sealed.remaining());
        reader.wrap(larger);

        assertThat(larger.position()).isEqualTo(32);
        assertThat(reader.observations()).isEqualTo(10_000);
        List<Integer> offsets = new ArrayList<>();
        List<Observation> read = new ArrayList<>();
        while (reader.next()) {
            offsets.add(reader.offset());
            read.add(current());
        }
        assertThat(read).as("seed %d", seed).isEqualTo(written);

        for (int i = 0; i < 100; i++) {
            int n = random.nextInt(offsets.size());
            reader.seek(offsets.get(n));
            assertThat(current()).isEqualTo(written.get(n));
        }
        reader.rewind();
        assertThat(reader.next()).isTrue();
        assertThat(current()).isEqualTo(written.get(0));
    }

    private Observation writeRandom(SplittableRandom random) {
        int kind = random.nextInt(1, Kind.NUMBER_MAX + 1);
        int device = random.nextInt(Integer.MAX_VALUE);
        long present = random.nextLong() >>> random.nextInt(64);
        List<Long> bits = new ArrayList<>();
        writer.begin(kind, device);
        // From the last property to the first: the order of setting must not matter.
        for (int property = Property.NUMBER_MAX; property >= 0; property--) {
            if ((present & (1L << property)) != 0) {
                long value = random.nextLong();
                writer.setInteger(property, value);
                bits.add(0, value);
            }
        }
        long time = random.nextLong();
        long arrival = BASE_MILLIS + random.nextInt(65_536);
        int quality = random.nextInt(65_536);
        assertThat(writer.commit(time, arrival, quality)).isTrue();
        return new Observation(kind, device, time, arrival, quality, present, bits);
    }

    private Observation current() {
        List<Long> bits = new ArrayList<>();
        for (int property = 0; property <= Property.NUMBER_MAX; property++) {
            if (reader.has(property)) {
                bits.add(reader.bits(property));
            }
        }
        return new Observation(
                reader.kind(),
                reader.device(),
                reader.timeMicros(),
                reader.arrivalMillis(),
                reader.quality(),
                reader.present(),
                bits);
    }
}
