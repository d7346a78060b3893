package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * A disk on which the end of the process is a loss of power: what is not forced is lost with it. A force takes its time,
 * and only at its end are the bytes where they survive.
 */
class PowerLossDisk extends Disk {

    private final long forceMillis;
    private final Map<FileChannel, List<Pending>> pending = new WeakHashMap<>();

    private record Pending(long position, ByteBuffer bytes) {}

    PowerLossDisk(Duration forceTime) {
        forceMillis = forceTime.toMillis();
    }

    @Override
    void write(FileChannel file, ByteBuffer[] buffers, int offset, int count) throws IOException {
        synchronized (pending) {
            List<Pending> unforced = pending.computeIfAbsent(file, channel -> new ArrayList<>());
            for (int i = offset; i < offset + count; i++) {
                ByteBuffer copy = ByteBuffer.allocate(buffers[i].remaining());
                copy.put(buffers[i]).flip();
                unforced.add(new Pending(file.position(), copy));
                file.position(file.position() + copy.remaining());
            }
        }
    }

    @Override
    void force(FileChannel file) throws IOException {
        takeTime();
        flush(file);
        super.force(file);
    }

    @Override
    void forceAll(FileChannel file) throws IOException {
        flush(file);
        super.forceAll(file);
    }

    /** What was written since the last force is gone, as if it had never been written. */
    final void lose(FileChannel file) {
        synchronized (pending) {
            pending.remove(file);
        }
    }

    private void takeTime() throws IOException {
        try {
            Thread.sleep(forceMillis);
        } catch (InterruptedException e) {
            throw new IOException("interrupted while forcing", e);
        }
    }

    private void flush(FileChannel file) throws IOException {
        synchronized (pending) {
            List<Pending> unforced = pending.remove(file);
            if (unforced == null) {
                return;
            }
            for (Pending each : unforced) {
                ByteBuffer bytes = each.bytes();
                for (long at = each.position(); bytes.hasRemaining(); ) {
                    at += file.write(bytes, at);
                }
            }
        }
    }
}
