package io.fieldwatch.bench;

import io.fieldwatch.journal.JournalConfig;
import io.fieldwatch.journal.LocalObservationLog;
import io.fieldwatch.storage.ObservationStore;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A real observation log full of {@link SampleRows}, as it is after the database has been away: blocks of 64 KiB, each
 * device defined just before its first observation. It can be drained any number of times, because one of its readers
 * never releases anything.
 */
final class Backlog implements AutoCloseable {

    private static final int SEGMENT_BYTES = 64 << 20;
    private static final int BLOCK_BYTES = 64 << 10;
    private static final int BLOCKS = 64;
    /** A row with its share of headers, rounded up. */
    private static final int ROW_BYTES = 84;

    private static final long FORCE_SECONDS_MAX = 60;

    private final LocalObservationLog log;

    private Backlog(LocalObservationLog log) {
        this.log = log;
    }

    /** What a backlog of so many rows takes on disk, about. */
    static long bytes(long rows) {
        return rows * ROW_BYTES + 6L * SEGMENT_BYTES;
    }

    static Backlog build(SampleRows rows, Path directory) throws IOException, InterruptedException {
        LocalObservationLog log = LocalObservationLog.open(new JournalConfig(
                directory,
                SEGMENT_BYTES,
                bytes(rows.count()) * 3 / 2, // part of a log's budget is a reserve that entries do not get
                16 << 20,
                8192,
                1 << 20,
                Set.of(ObservationStore.READER, RawCopy.READER)));
        boolean built = false;
        try {
            new Filler(log).fill(rows);
            built = true;
            return new Backlog(log);
        } finally {
            if (!built) {
                log.close();
            }
        }
    }

    LocalObservationLog log() {
        return log;
    }

    @Override
    public void close() {
        log.close();
    }

    /** Fills blocks and hands them to the log, a fixed number of them in turn. */
    private static final class Filler {

        private final LocalObservationLog log;
        private final BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(BLOCKS);
        private final BlockWriter writer = new BlockWriter();
        private final int catalogueVersion = Catalogue.builtIn().version();

        Filler(LocalObservationLog log) {
            this.log = log;
            for (int i = 0; i < BLOCKS; i++) {
                free.add(ByteBuffer.allocateDirect(BLOCK_BYTES));
            }
        }

        void fill(SampleRows rows) throws IOException, InterruptedException {
            if (rows.count() < 1) {
                throw new IllegalArgumentException("a backlog of " + rows.count() + " rows");
            }
            ByteBuffer block = open(rows, 0);
            for (long row = 0; row < rows.count(); row++) {
                if (!write(rows, row)) {
                    append(block);
                    block = open(rows, row);
                    if (!write(rows, row)) {
                        throw new IllegalStateException("row " + row + " does not fit an empty block");
                    }
                }
            }
            append(block);
            for (int i = 0; i < BLOCKS; i++) {
                take();
            }
        }

        private ByteBuffer open(SampleRows rows, long row) throws IOException, InterruptedException {
            ByteBuffer block = take();
            writer.open(block, catalogueVersion, rows.timeMicros(row) / 1000);
            return block;
        }

        /** A device's first observation comes with its definition, both or none. */
        private boolean write(SampleRows rows, long row) {
            writer.mark();
            boolean known = row >= SampleRows.DEVICES || writer.device(rows.definition(rows.device(row)));
            if (known && rows.write(row, writer)) {
                return true;
            }
            writer.rollback();
            return false;
        }

        private void append(ByteBuffer block) throws IOException, InterruptedException {
            writer.seal();
            ObservationLog.Outcome outcome = new ObservationLog.Outcome() {
                @Override
                public void onDurable(long position) {
                    free.add(block);
                }

                @Override
                public void onFailed(IOException cause) {
                    // The log remembers the failure, and take() asks for it.
                }
            };
            while (!log.append(block, outcome)) {
                requireSound();
                Thread.sleep(1);
            }
        }

        private ByteBuffer take() throws IOException, InterruptedException {
            ByteBuffer block = free.poll(FORCE_SECONDS_MAX, TimeUnit.SECONDS);
            if (block == null) {
                requireSound();
                throw new IOException("the disk has not taken a block within " + FORCE_SECONDS_MAX + " s");
            }
            return block;
        }

        private void requireSound() throws IOException {
            IOException failure = log.failure().orElse(null);
            if (failure != null) {
                throw new IOException("the log failed while the backlog was built", failure);
            }
        }
    }
}
