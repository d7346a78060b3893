package io.fieldwatch.bench;

import io.fieldwatch.bench.CopyFile.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The yardstick: rows encoded and sorted beforehand, sent by two connections that do nothing else. What the database
 * takes is the limit that no writer of the same rows can pass.
 */
final class RawCopy {

    /** The name under which encoding reads the log; it never releases anything. */
    static final String READER = "bench";

    static final int CONNECTIONS = 2;

    private static final int SEND_BYTES = 256 * 1024;

    private RawCopy() {}

    /** Sends everything in the file. */
    static void send(CopyFile encoded, String url) throws Exception {
        Queue<Transaction> queue = new ConcurrentLinkedQueue<>(encoded.transactions());
        List<Parallel.Task> senders = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            senders.add(() -> send(encoded, queue, url));
        }
        Parallel.run(senders);
    }

    private static void send(CopyFile encoded, Queue<Transaction> queue, String url) throws SQLException, IOException {
        Properties properties = new Properties();
        properties.setProperty("maxSendBufferSize", Integer.toString(SEND_BYTES));
        byte[] chunk = new byte[SEND_BYTES];
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            connection.setAutoCommit(false);
            for (Transaction next = queue.poll(); next != null; next = queue.poll()) {
                CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(next.sql());
                for (int at = 0; at < next.length(); at += SEND_BYTES) {
                    int bytes = Math.min(SEND_BYTES, next.length() - at);
                    encoded.read(next.offset() + at, ByteBuffer.wrap(chunk, 0, bytes));
                    copy.writeToCopy(chunk, 0, bytes);
                }
                copy.endCopy();
                connection.commit();
            }
        }
    }
}
