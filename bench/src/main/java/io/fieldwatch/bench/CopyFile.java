package io.fieldwatch.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Transactions of COPY BINARY, ready to send, one behind the other in a file: the heap need not hold them. Filled by
 * one thread; then read by any number.
 */
final class CopyFile implements AutoCloseable {

    private final FileChannel file;
    private final List<Transaction> transactions = new ArrayList<>();
    private long end;
    private long rows;

    /**
     * One transaction.
     *
     * @param sql its COPY statement
     * @param offset where in the file its bytes begin
     * @param length how many bytes
     * @param rows how many rows
     */
    record Transaction(String sql, long offset, int length, int rows) {}

    CopyFile(Path path) throws IOException {
        file = FileChannel.open(
                path,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.READ,
                StandardOpenOption.DELETE_ON_CLOSE);
    }

    void append(String sql, byte[] bytes, int length, int rowCount) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
        long at = end;
        while (left.hasRemaining()) {
            at += file.write(left, at);
        }
        transactions.add(new Transaction(sql, end, length, rowCount));
        end = at;
        rows += rowCount;
    }

    List<Transaction> transactions() {
        return transactions;
    }

    long rows() {
        return rows;
    }

    /** Reads from a place in the file until the target is full. */
    void read(long offset, ByteBuffer target) throws IOException {
        long at = offset;
        while (target.hasRemaining()) {
            int got = file.read(target, at);
            if (got < 0) {
                throw new IOException("the file of encoded rows ends at " + at);
            }
            at += got;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
