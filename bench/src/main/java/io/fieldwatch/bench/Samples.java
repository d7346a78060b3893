package io.fieldwatch.bench;

import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Quality;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** The observations that all benchmarks use: traffic flow with five properties, from 10,000 devices. */
public final class Samples {

    static final int DEVICES = 10_000;

    /** One PUBLISH payload of five properties. */
    public static final byte[] PAYLOAD = ("{\"time\":\"2026-11-23T07:00:00.250Z\",\"intensity\":12,\"occupancy\":0.18,"
                    + "\"averageVehicleSpeed\":38.5,\"averageHeadwayTime\":4.2,\"congested\":false}")
            .getBytes(StandardCharsets.UTF_8);

    public static final String TOPIC = "fieldwatch/v1/traffic-flow/tf-0001";

    static final Kind KIND = Catalogue.builtIn().kind("traffic-flow").orElseThrow();

    private Samples() {}

    /** A sealed block of that many observations; the devices are taken as known. */
    static ByteBuffer block(int observations) {
        BlockWriter writer = new BlockWriter();
        writer.open(
                ByteBuffer.allocateDirect(64 + observations * 160),
                Catalogue.builtIn().version(),
                0);
        Random random = new Random(20261123);
        for (int i = 0; i < observations; i++) {
            int device = random.nextInt(DEVICES);
            writer.begin(KIND.number(), device);
            writer.setNumber(number("intensity"), random.nextInt(60));
            writer.setNumber(number("occupancy"), random.nextDouble());
            writer.setNumber(number("averageVehicleSpeed"), 20 + 40 * random.nextDouble());
            writer.setNumber(number("averageHeadwayTime"), 10 * random.nextDouble());
            writer.setBoolean(number("congested"), random.nextBoolean());
            check(writer.commit(1_800_000_000_000_000L + i, 0, Quality.GOOD));
        }
        return writer.seal();
    }

    private static int number(String property) {
        return KIND.property(property).orElseThrow().number();
    }

    private static void check(boolean fits) {
        if (!fits) {
            throw new IllegalStateException("the sample does not fit its block");
        }
    }
}
