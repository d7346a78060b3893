package io.fieldwatch.simulator.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Observations of traffic flow with five properties, made of pieces prepared beforehand: the same for the same device,
 * number and seed, so that a message can be made again instead of kept. Times are RFC 3339 to the microsecond. Belongs to
 * one event loop.
 */
final class Payloads {

    private static final byte[] TIME = "{\"time\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DEVICE = "\"device\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int TAILS = 256;
    private static final int TIME_BYTES = "2026-11-23T07:00:00.000000Z\",".length();

    private final byte[][] tails = new byte[TAILS][];
    private final byte[] time = new byte[TIME_BYTES];
    private long second = Long.MIN_VALUE;

    Payloads(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < TAILS; i++) {
            tails[i] = String.format(
                            Locale.ROOT,
                            "\"intensity\":%d,\"occupancy\":%.2f,\"averageVehicleSpeed\":%.1f,"
                                    + "\"averageHeadwayTime\":%.1f,\"congested\":%b}",
                            random.nextInt(60),
                            random.nextDouble(),
                            5 + 55 * random.nextDouble(),
                            1 + 9 * random.nextDouble(),
                            random.nextInt(8) == 0)
                    .getBytes(StandardCharsets.US_ASCII);
        }
        time[TIME_BYTES - 3] = 'Z';
        time[TIME_BYTES - 2] = '"';
        time[TIME_BYTES - 1] = ',';
    }

    /** Bytes of an observation's object. */
    int bytes(byte[] device, int variant) {
        int named = device.length == 0 ? 0 : DEVICE.length + device.length + 2;
        return TIME.length + TIME_BYTES + named + tails[variant & TAILS - 1].length;
    }

    /**
     * Writes an observation's object.
     *
     * @param device its name, or empty when the topic names it
     * @param variant which of the values
     */
    void write(ByteBuf out, byte[] device, long timeMicros, int variant) {
        setTime(timeMicros);
        out.writeBytes(TIME).writeBytes(time);
        if (device.length > 0) {
            out.writeBytes(DEVICE).writeBytes(device).writeByte('"').writeByte(',');
        }
        out.writeBytes(tails[variant & TAILS - 1]);
    }

    private void setTime(long micros) {
        long newSecond = Math.floorDiv(micros, 1_000_000L);
        if (newSecond != second) {
            second = newSecond;
            byte[] text = SECOND.format(Instant.ofEpochSecond(newSecond)).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(text, 0, time, 0, text.length);
        }
        int fraction = (int) (micros - newSecond * 1_000_000L);
        for (int i = TIME_BYTES - 4; i > TIME_BYTES - 10; i--) {
            time[i] = (byte) ('0' + fraction % 10);
            fraction /= 10;
        }
    }
}
