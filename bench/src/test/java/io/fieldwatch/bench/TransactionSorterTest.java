package io.fieldwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.bench.CopyFile.Transaction;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.BlockWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TransactionSorterTest {

    private static final int HEADER_BYTES = 19;

    @TempDir
    Path directory;

    @Test
    void cutsTransactionsInTheOrderOfTheLogAndSortsEachByDeviceAndTime() throws Exception {
        int[][] deviceAndTime = {{2, 5}, {1, 9}, {2, 4}, {1, 7}, {1, 8}, {0, 1}};
        try (CopyFile file = new CopyFile(directory.resolve("copy"))) {
            TransactionSorter sorter = new TransactionSorter(SampleRows.KIND, 5, file);
            BlockReader block = block(deviceAndTime);
            while (block.next()) {
                sorter.add(block);
            }
            sorter.cut();
            sorter.cut();
            assertThat(file.rows()).isEqualTo(6);
            assertThat(file.transactions()).extracting(Transaction::rows).containsExactly(5, 1);
            assertThat(devices(file, file.transactions().get(0))).containsExactly("2@7", "2@8", "2@9", "3@4", "3@5");
            assertThat(devices(file, file.transactions().get(1))).containsExactly("1@1");
        }
    }

    private static BlockReader block(int[][] deviceAndTime) {
        BlockWriter writer = new BlockWriter();
        writer.open(ByteBuffer.allocate(4096), 0, 0);
        for (int[] row : deviceAndTime) {
            writer.begin(SampleRows.KIND.number(), row[0]);
            assertThat(writer.commit(946_684_800_000_000L + row[1], 0, 0)).isTrue();
        }
        return new BlockReader().wrap(writer.seal());
    }

    /** Rows without values all have one length: three fields, and a NULL per property. */
    private static List<String> devices(CopyFile file, Transaction transaction) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(transaction.length());
        file.read(transaction.offset(), bytes);
        int rowBytes = 28 + 4 * SampleRows.KIND.properties().size();
        List<String> found = new ArrayList<>();
        for (int row = 0; row < transaction.rows(); row++) {
            int at = HEADER_BYTES + row * rowBytes;
            found.add(bytes.getInt(at + 18) + "@" + bytes.getLong(at + 6));
        }
        assertThat(transaction.length()).isEqualTo(HEADER_BYTES + transaction.rows() * rowBytes + 2);
        assertThat(bytes.getShort(transaction.length() - 2)).isEqualTo((short) -1);
        return found;
    }
}
