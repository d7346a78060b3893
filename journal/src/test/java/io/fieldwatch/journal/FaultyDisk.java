package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A real disk that counts its forces, can hold them up, and can fail. */
final class FaultyDisk extends Disk {

    final AtomicInteger forces = new AtomicInteger();
    volatile boolean forceFails;
    volatile boolean writeFails;
    volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    void write(FileChannel file, ByteBuffer[] buffers, int offset, int count) throws IOException {
        if (writeFails) {
            throw new IOException("No space left on device");
        }
        super.write(file, buffers, offset, count);
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
}
