package io.fieldwatch.bench;

import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Encodes rows for {@link RawCopy} before its clock starts, in the memory of one transaction per kind. */
final class EncodedLog {

    private static final int BLOCK_ROWS = 500;

    private EncodedLog() {}

    /** Everything in the log, in transactions of so many rows that follow each other in it. */
    static CopyFile inLogOrder(ObservationLog log, Catalogue catalogue, int rowsEach, Path file)
            throws IOException, InterruptedException {
        CopyFile encoded = new CopyFile(file);
        Map<Integer, TransactionSorter> sorters = new HashMap<>();
        for (Kind kind : catalogue.kinds()) {
            sorters.put(kind.number(), new TransactionSorter(kind, rowsEach, encoded));
        }
        try (LogReader reader = log.read(RawCopy.READER, 0)) {
            while (reader.next(0)) {
                add(reader.block(), sorters);
            }
        }
        for (TransactionSorter sorter : sorters.values()) {
            sorter.cut();
        }
        return encoded;
    }

    /** All rows sorted by device and time, which no writer can do that stores them as they come. */
    static CopyFile sortedAsAWhole(SampleRows rows, int rowsEach, Path file) throws IOException {
        CopyFile encoded = new CopyFile(file);
        TransactionSorter sorter = new TransactionSorter(SampleRows.KIND, rowsEach, encoded);
        Map<Integer, TransactionSorter> sorters = Map.of(SampleRows.KIND.number(), sorter);
        int[] placeOf = new int[SampleRows.DEVICES];
        for (int place = 0; place < placeOf.length; place++) {
            placeOf[rows.device(place)] = place;
        }
        BlockWriter writer = new BlockWriter();
        ByteBuffer block = ByteBuffer.allocate(BLOCK_ROWS * 100);
        BlockReader reader = new BlockReader();
        int inBlock = 0;
        for (int place : placeOf) {
            for (long row = place; row < rows.count(); row += SampleRows.DEVICES) {
                if (inBlock == 0) {
                    writer.open(block, 0, 0);
                }
                rows.write(row, writer);
                if (++inBlock == BLOCK_ROWS) {
                    add(reader.wrap(writer.seal()), sorters);
                    inBlock = 0;
                }
            }
        }
        if (inBlock > 0) {
            add(reader.wrap(writer.seal()), sorters);
        }
        sorter.cut();
        return encoded;
    }

    private static void add(BlockReader block, Map<Integer, TransactionSorter> sorters) throws IOException {
        while (block.next()) {
            if (block.type() == BlockFormat.OBSERVATION) {
                TransactionSorter sorter = sorters.get(block.kind());
                if (sorter == null) {
                    throw new IllegalStateException("the log has a kind with number " + block.kind());
                }
                sorter.add(block);
            }
        }
    }
}
