package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A real disk that counts its forces, can hold them up, and can fail in every way that a disk has. */
final class FaultyDisk extends Disk {

    final AtomicInteger forces = new AtomicInteger();
    final AtomicInteger allocations = new AtomicInteger();
    final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
    volatile boolean forceFails;
    volatile boolean writeFails;
    volatile boolean forceAllFails;
    volatile boolean directoryFails;
    volatile boolean replaceFails;
    /** No room for a new segment; a part of it is written before that shows. */
    volatile boolean full;
    /** Each write takes only so many bytes. */
    volatile int shortWriteBytes;
    /** Thrown by the next write. */
    volatile @Nullable Error error;

    volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    void write(FileChannel file, ByteBuffer[] buffers, int offset, int count) throws IOException {
        Error thrown = error;
        if (thrown != null) {
            throw thrown;
        }
        if (writeFails || writesLeft.getAndDecrement() <= 0) {
            throw new IOException("No space left on device");
        }
        if (shortWriteBytes > 0) {
            writeSome(file, buffers, offset);
        } else {
            super.write(file, buffers, offset, count);
        }
    }

    private void writeSome(FileChannel file, ByteBuffer[] buffers, int offset) throws IOException {
        ByteBuffer first = buffers[offset];
        int limit = first.limit();
        first.limit(Math.min(limit, first.position() + shortWriteBytes));
        super.write(file, buffers, offset, 1);
        first.limit(limit);
    }

    @Override
    void allocate(FileChannel file, ByteBuffer zeros) throws IOException {
        allocations.incrementAndGet();
        if (full) {
            zeros.limit(zeros.position() + zeros.remaining() / 2);
            super.allocate(file, zeros);
            throw new IOException("No space left on device");
        }
        super.allocate(file, zeros);
    }

    @Override
    void force(FileChannel file) throws IOException {
        forces.incrementAndGet();
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (forceFails) {
            throw new IOException("Input/output error");
        }
        super.force(file);
    }

    @Override
    void forceAll(FileChannel file) throws IOException {
        if (forceAllFails) {
            throw new IOException("Input/output error");
        }
        super.forceAll(file);
    }

    @Override
    void forceDirectory(Path directory) throws IOException {
        if (directoryFails) {
            throw new IOException("Input/output error");
        }
        super.forceDirectory(directory);
    }

    @Override
    void replace(Path name, ByteBuffer content) throws IOException {
        if (replaceFails) {
            throw new IOException("No space left on device");
        }
        super.replace(name, content);
    }
}
