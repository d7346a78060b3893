package io.fieldwatch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.BitSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What becomes of the records of a block, without a database: every window opens with nothing stored. */
final class RecordSorterTest {

    private static final int DEVICES = 500;
    private static final int TIMES = 20;
    private static final long T = Feed.START_MICROS;

    private final StorageConfig config = StorageConfig.of("jdbc:postgresql://nowhere/at-all");
    private final Catalogue catalogue = Catalogue.builtIn();
    private final DeviceRegistry registry = new DeviceRegistry(catalogue);
    private final IdentityWindows windows = new IdentityWindows(config.identities(), DEVICES);
    private final Batch batch = new Batch(catalogue, config);
    private final RecordSorter sorter = new RecordSorter(catalogue, registry, windows, this::open, config);

    @Test
    void anObservationOnItsWayIntoARowAllocatesNothing() throws Exception {
        sort(this::devices);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        double perRow = Double.MAX_VALUE;
        for (int round = 0; round < 20; round++) { // the first ones grow the buffers
            BlockReader block = new BlockReader().wrap(block(seconds(round * TIMES)));
            batch.begin(0);
            long before = threads.getThreadAllocatedBytes(thread);
            sorter.sort(block, batch);
            batch.sort(device -> device + 1);
            perRow = (threads.getThreadAllocatedBytes(thread) - before) / (double) (DEVICES * TIMES);
            assertThat(batch.rows()).isEqualTo(DEVICES * TIMES);
        }
        assertThat(perRow).isLessThan(0.5);
    }

    @Test
    void leavesOutARedeliveryAndDoubtsATwin() throws Exception {
        sort(this::devices);
        sort(block -> {
            Feed.intensity(block, 3, T, 1);
            Feed.intensity(block, 3, T, 1);
            Feed.intensity(block, 3, T, 2);
        });
        assertThat(batch.rows()).isEqualTo(2);
        assertThat(batch.refused().duplicates).isEqualTo(1);
        assertThat(batch.hasDoubtful()).isTrue();
    }

    @Test
    void sendsWhatIsOlderThanTheColumnstoreTheCarefulWay() throws Exception {
        sort(this::devices);
        sorter.setLate(Duration.ofDays(7).toMillis() * 1_000);
        sort(block -> {
            Feed.intensity(block, 3, T - 8 * 86_400_000_000L, 1);
            Feed.intensity(block, 3, T, 1);
        });
        assertThat(batch.doubtful())
                .singleElement()
                .satisfies(rows -> assertThat(rows.count()).isEqualTo(1));
        assertThat(batch.fresh())
                .singleElement()
                .satisfies(rows -> assertThat(rows.count()).isEqualTo(1));
    }

    private void open(BitSet devices) throws SQLException {
        devices.stream().forEach(device -> windows.open(device, Long.MIN_VALUE));
    }

    private void devices(BlockWriter block) {
        for (int device = 0; device < DEVICES; device++) {
            Feed.define(block, DeviceDefinition.undescribed(device, 1, "xe-" + device));
        }
    }

    /** One observation a second of each device, all devices in turn. */
    private static Consumer<BlockWriter> seconds(int from) {
        return block -> {
            for (int second = from; second < from + TIMES; second++) {
                for (int device = 0; device < DEVICES; device++) {
                    Feed.intensity(block, device, T + second * 1_000_000L, second);
                }
            }
        };
    }

    private void sort(Consumer<BlockWriter> content) throws SQLException {
        batch.begin(0);
        sorter.sort(new BlockReader().wrap(block(content)), batch);
    }

    private static ByteBuffer block(Consumer<BlockWriter> content) {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocate(1 << 20), 1, T / 1000);
        content.accept(writer);
        return writer.seal();
    }
}
