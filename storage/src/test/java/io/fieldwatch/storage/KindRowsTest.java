package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class KindRowsTest {

    private static final Kind KIND = Catalogue.builtIn().kind("traffic-flow").orElseThrow();

    private record Row(int device, long time, int index) {}

    @Test
    void sortsLikeASortOfObjects() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 200; round++) {
            int count = random.nextInt(1, 700);
            int devices = round % 2 == 0 ? random.nextInt(1, 20) : random.nextInt(1, 5_000_000);
            int times = random.nextInt(1, 2_000);
            List<Row> expected = new ArrayList<>();
            BlockWriter writer = new BlockWriter();
            writer.open(ByteBuffer.allocate(1 << 20), 1, 0);
            for (int i = 0; i < count; i++) {
                Row row = new Row(random.nextInt(devices), random.nextInt(times), i);
                expected.add(row);
                Feed.intensity(writer, row.device(), row.time(), 0);
            }
            expected.sort(Comparator.comparingInt(Row::device).thenComparingLong(Row::time));

            KindRows rows = new KindRows(KIND);
            BlockReader block = new BlockReader().wrap(writer.seal());
            while (block.next()) {
                rows.add(block);
            }
            rows.sort(device -> device + 1);

            List<Row> sorted = new ArrayList<>();
            for (int place = 0; place < count; place++) {
                int index = rows.index(place);
                sorted.add(new Row(rows.device(index), rows.timeMicros(index), index));
            }
            assertThat(sorted).isEqualTo(expected);
        }
    }
}
