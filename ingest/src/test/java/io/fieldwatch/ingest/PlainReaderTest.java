package io.fieldwatch.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The short cut and the general reader are one and the same, but for what they cost. */
class PlainReaderTest {

    private static final long NOW = 1_795_417_200_000_000L; // 2026-11-23T07:00:00Z
    private static final String OWN = "fieldwatch/v1/traffic-flow/cam-1";
    private static final String GATEWAY = "fieldwatch/v1/traffic-flow";
    private static final int PAYLOADS = 90_000;

    private final Catalogue catalogue = Catalogue.builtIn();

    private static final String[] NUMBERS = {
        "12",
        "0",
        "-1",
        "-0",
        "-0.0",
        "0.18",
        "38.5",
        "1e3",
        "1E-2",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "0x1",
        "1e999",
        "NaN",
        "123456789012345",
        "1234567890123456",
        "0.000000000000001",
        "99999999999999999999",
        "4.35",
        "1.1",
        "0.1",
        "2.5e1",
        "100000",
        "1 2",
        "1.5.2",
        "179.99999",
        "60.000",
        "9007199254740993",
        "-12.75",
        "1_0",
        "١"
    };
    private static final String[] TIMES = {
        "\"2026-11-23T07:00:00.250Z\"",
        "\"2026-11-23T06:59:59Z\"",
        "\"2026-11-23T14:00:00+07:00\"",
        "\"2026-11-23T07:00:30Z\"",
        "\"2026-11-23T07:05:00Z\"",
        "\"2026-11-23T08:05:00Z\"",
        "\"2020-11-23T08:05:00Z\"",
        "\"2026-13-23T08:05:00Z\"",
        "\"2026-11-23 07:00:00z\"",
        "\"2026-11-23T07:00:00.1234567891Z\"",
        "\"\"",
        "1795417200000",
        "1795417200000.125",
        "-1",
        "0",
        "1.79541719975e12",
        "null",
        "true",
        "\"2026-11-23T07:00:00\\u005a\""
    };
    private static final String[] NAMES = {
        "intensity",
        "occupancy",
        "averageVehicleSpeed",
        "congested",
        "laneId",
        "laneDirection",
        "averageHeadwayTime",
        "nothing",
        "time",
        "device",
        "int\\u0065nsity",
        "Intensity"
    };
    private static final String[] OTHERS = {
        "true", "false", "null", "\"forward\"", "\"backward\"", "\"sideways\"", "{}", "[1]", "\"\"", "tru", "nul"
    };
    private static final String[] DEVICES = {
        "\"cam-1\"", "\"cam-2\"", "\"cam-3\"", "\"cam-4\"", "\"c/2\"", "\"\"", "\"ngã-tư\"", "7", "null", "\"a b\""
    };
    private static final String[] SPACES = {"", "", "", " ", "\n", "\t", "\r\n", "\u00a0"};

    @ParameterizedTest
    @ValueSource(longs = {20261125, 1, 77})
    void readsWhateverComesAsTheGeneralReaderDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Side quick = new Side(true);
        Side general = new Side(false);
        int plain = 0;
        for (int i = 0; i < PAYLOADS / 3; i++) {
            boolean isGateway = random.nextBoolean();
            byte[] payload = payload(random, isGateway);
            ByteBuffer expected = general.decode(isGateway, payload);
            boolean isSame = quick.decode(isGateway, payload).equals(expected)
                    && quick.decoder.accepted() == general.decoder.accepted()
                    && quick.decoder.quarantined() == general.decoder.quarantined()
                    && quick.decoder.firstRefusal() == general.decoder.firstRefusal();
            if (!isSame) {
                throw new AssertionError("seed " + seed + ": " + new String(payload, StandardCharsets.UTF_8));
            }
            plain += quick.decoder.accepted() > 0 ? 1 : 0;
        }
        assertThat(plain).as("payloads that were accepted, seed %d", seed).isGreaterThan(PAYLOADS / 60);
    }

    @Test
    void makesNoObjectForAMessageOfADevice() {
        Side quick = new Side(true);
        byte[] payload = ("{\"time\":\"2026-11-23T07:00:00.250Z\",\"intensity\":12,\"occupancy\":0.18,"
                        + "\"averageVehicleSpeed\":38.5,\"averageHeadwayTime\":4.2,\"congested\":false}")
                .getBytes(StandardCharsets.US_ASCII);
        assertThat(quick.allocatedFor(payload, false)).isLessThan(1);
    }

    @Test
    void makesNoObjectForAMessageOfAGateway() {
        Side quick = new Side(true);
        StringBuilder array = new StringBuilder("[");
        for (int i = 0; i < 100; i++) {
            array.append(i == 0 ? "" : ",")
                    .append("{\"device\":\"cam-")
                    .append(i)
                    .append("\",\"time\":1795417200250,\"intensity\":12,\"laneDirection\":\"forward\"}");
        }
        byte[] payload = array.append(']').toString().getBytes(StandardCharsets.US_ASCII);
        assertThat(quick.allocatedFor(payload, true)).isLessThan(1);
    }

    private final class Side {

        private final ObservationDecoder decoder;
        private final TopicRoute own = TopicRoute.of(OWN, catalogue);
        private final TopicRoute gateway = TopicRoute.of(GATEWAY, catalogue);
        private final BlockWriter writer = new BlockWriter();
        private final ByteBuffer block = ByteBuffer.allocate(1 << 16);

        Side(boolean takesShortCut) {
            DeviceNumbers numbers = new DeviceNumbers(new DeviceDictionary(), 3000);
            decoder = new ObservationDecoder(numbers, IngestConfig.standard(), takesShortCut);
        }

        ByteBuffer decode(boolean isGateway, byte[] payload) {
            writer.open(block, catalogue.version(), NOW / 1000);
            ByteBuf bytes = Unpooled.wrappedBuffer(payload);
            assertThat(decoder.decode(isGateway ? gateway : own, "test", bytes, NOW, writer))
                    .isTrue();
            return writer.seal();
        }

        /** Bytes per message, once everything is known. */
        double allocatedFor(byte[] payload, boolean isGateway) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            ByteBuf bytes = Unpooled.directBuffer().writeBytes(payload);
            long self = Thread.currentThread().getId();
            long allocated = 0;
            for (int round = 0; round < 20_000; round++) {
                writer.open(block, catalogue.version(), NOW / 1000);
                long before = threads.getThreadAllocatedBytes(self);
                boolean isIn = decoder.decode(isGateway ? gateway : own, "test", bytes, NOW, writer);
                long after = threads.getThreadAllocatedBytes(self);
                if (!isIn || decoder.accepted() == 0) {
                    throw new AssertionError("not accepted");
                }
                allocated += round >= 10_000 ? after - before : 0;
            }
            return allocated / 10_000.0;
        }
    }

    private static byte[] payload(SplittableRandom random, boolean isGateway) {
        StringBuilder text = new StringBuilder();
        boolean isArray = random.nextInt(3) == 0;
        int objects = isArray ? random.nextInt(4) : 1;
        text.append(isArray ? "[" : "");
        for (int i = 0; i < objects; i++) {
            text.append(i == 0 ? "" : ",").append(space(random));
            object(random, text, isGateway);
        }
        text.append(isArray ? "]" : "").append(space(random));
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return random.nextInt(4) == 0 ? mutated(random, bytes) : bytes;
    }

    private static void object(SplittableRandom random, StringBuilder text, boolean isGateway) {
        text.append('{');
        if (isGateway && random.nextInt(8) > 0) {
            text.append("\"device\":").append(pick(random, DEVICES)).append(',');
        }
        int members = random.nextInt(6);
        boolean isGood = random.nextInt(3) > 0;
        for (int i = 0; i < members; i++) {
            text.append(i == 0 ? "" : ",").append(space(random));
            member(random, text, isGood ? goodName(i) : pick(random, NAMES), isGood);
            text.append(space(random));
        }
        text.append('}');
    }

    private static String goodName(int position) {
        return new String[] {"time", "intensity", "occupancy", "averageVehicleSpeed", "congested", "laneDirection"}
                [position];
    }

    private static void member(SplittableRandom random, StringBuilder text, String name, boolean isGood) {
        text.append('"')
                .append(name)
                .append('"')
                .append(space(random))
                .append(':')
                .append(space(random));
        boolean isWild = !isGood && random.nextInt(4) == 0;
        text.append(
                switch (isWild ? "" : name) {
                    case "time" -> pick(random, TIMES);
                    case "device" -> pick(random, DEVICES);
                    case "congested" -> random.nextBoolean() ? "true" : "false";
                    case "laneDirection" -> random.nextBoolean() ? "\"forward\"" : "\"backward\"";
                    case "" -> pick(random, OTHERS);
                    default -> isGood ? String.valueOf(random.nextInt(1000) / 10.0) : pick(random, NUMBERS);
                });
    }

    private static byte[] mutated(SplittableRandom random, byte[] bytes) {
        if (bytes.length == 0) {
            return bytes;
        }
        byte[] copy = bytes.clone();
        int at = random.nextInt(copy.length);
        switch (random.nextInt(3)) {
            case 0 -> copy[at] = (byte) random.nextInt(256);
            case 1 -> copy = java.util.Arrays.copyOf(copy, at);
            default -> {
                byte[] longer = new byte[copy.length + 1];
                System.arraycopy(copy, 0, longer, 0, at);
                longer[at] = copy[random.nextInt(copy.length)];
                System.arraycopy(copy, at, longer, at + 1, copy.length - at);
                copy = longer;
            }
        }
        return copy;
    }

    private static String space(SplittableRandom random) {
        return random.nextInt(4) == 0 ? pick(random, SPACES) : "";
    }

    private static String pick(SplittableRandom random, String[] from) {
        return from[random.nextInt(from.length)];
    }
}
