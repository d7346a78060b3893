package io.fieldwatch.bench;

import io.fieldwatch.storage.CopyEncoder;
import io.fieldwatch.storage.Database;
import io.fieldwatch.storage.StorageConfig;
import io.fieldwatch.telemetry.BlockFormat;
import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The yardstick: rows encoded and sorted beforehand, {@value #ROWS} a transaction, sent by two connections that do nothing
 * else. What the database takes is the limit that no writer of the same rows can pass.
 */
final class RawCopy {

    /** The name under which this reads the log. */
    static final String READER = "bench";

    private static final int ROWS = 20_000;
    private static final int CONNECTIONS = 2;
    private static final int SEND_BYTES = 256 * 1024;

    private final Catalogue catalogue;
    private final ObservationLog log;
    private final String url;

    /** One transaction, ready to send. */
    @SuppressWarnings("ArrayRecordComponent") // a buffer on its way to a socket; nobody compares two of these
    private record EncodedCopy(String sql, byte[] bytes, int length, int rows) {}

    private record Row(int device, long timeMicros, int block, int offset) {

        static final Comparator<Row> BY_DEVICE_AND_TIME =
                Comparator.comparingInt(Row::device).thenComparingLong(Row::timeMicros);
    }

    RawCopy(Catalogue catalogue, ObservationLog log, String url) {
        this.catalogue = catalogue;
        this.log = log;
        this.url = url;
    }

    /** Copies every observation of the log; rows a second. */
    double run() throws Exception {
        List<ByteBuffer> blocks = blocks();
        List<EncodedCopy> chunks = new ArrayList<>();
        for (Kind kind : catalogue.kinds()) {
            encode(kind, blocks, chunks);
        }
        long rows = chunks.stream().mapToLong(EncodedCopy::rows).sum();
        try (Database database = new Database(StorageConfig.of(url), catalogue)) {
            database.migrate();
        }
        Queue<EncodedCopy> queue = new ConcurrentLinkedQueue<>(chunks);
        ExecutorService senders = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            long begun = System.nanoTime();
            List<Future<Void>> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                all.add(senders.submit(sender(queue)));
            }
            for (Future<Void> one : all) {
                one.get();
            }
            return rows / ((System.nanoTime() - begun) / 1e9);
        } finally {
            senders.shutdown();
        }
    }

    private Callable<Void> sender(Queue<EncodedCopy> queue) {
        return () -> {
            Properties properties = new Properties();
            properties.setProperty("maxSendBufferSize", Integer.toString(SEND_BYTES));
            try (Connection connection = DriverManager.getConnection(url, properties)) {
                connection.setAutoCommit(false);
                for (EncodedCopy chunk = queue.poll(); chunk != null; chunk = queue.poll()) {
                    send(connection, chunk);
                }
            }
            return null;
        };
    }

    private static void send(Connection connection, EncodedCopy chunk) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(chunk.sql());
        for (int at = 0; at < chunk.length(); at += SEND_BYTES) {
            copy.writeToCopy(chunk.bytes(), at, Math.min(SEND_BYTES, chunk.length() - at));
        }
        copy.endCopy();
        connection.commit();
    }

    private List<ByteBuffer> blocks() throws IOException, InterruptedException {
        List<ByteBuffer> blocks = new ArrayList<>();
        try (LogReader reader = log.read(READER, 0)) {
            while (reader.next(0)) {
                ByteBuffer copy = ByteBuffer.allocate(reader.block().bytes());
                reader.block().copyTo(copy);
                blocks.add(copy.flip());
            }
        }
        return blocks;
    }

    /** One kind's observations in order of device and time, cut into transactions. */
    private static void encode(Kind kind, List<ByteBuffer> blocks, List<EncodedCopy> chunks) {
        List<Row> rows = new ArrayList<>();
        List<BlockReader> readers = new ArrayList<>();
        for (ByteBuffer block : blocks) {
            BlockReader reader = new BlockReader().wrap(block);
            while (reader.next()) {
                if (reader.type() == BlockFormat.OBSERVATION && reader.kind() == kind.number()) {
                    rows.add(new Row(reader.device(), reader.timeMicros(), readers.size(), reader.offset()));
                }
            }
            readers.add(reader);
        }
        Row[] sorted = rows.toArray(Row[]::new);
        Arrays.sort(sorted, Row.BY_DEVICE_AND_TIME);
        for (int from = 0; from < sorted.length; from += ROWS) {
            CopyEncoder encoder = new CopyEncoder(kind, 1 << 20);
            encoder.header();
            int to = Math.min(sorted.length, from + ROWS);
            for (int i = from; i < to; i++) {
                BlockReader reader = readers.get(sorted[i].block());
                reader.seek(sorted[i].offset());
                encoder.encode(reader, sorted[i].device() + 1);
            }
            encoder.trailer();
            chunks.add(new EncodedCopy(encoder.copySql(), encoder.bytes(), encoder.length(), to - from));
        }
    }
}
