package io.fieldwatch.telemetry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ObservationLog} in memory for tests: every block is durable as soon as it is appended, unless the test holds
 * it back. Positions count bytes, as in the real one.
 */
public final class MemoryLog implements ObservationLog {

    private final UUID id = UUID.randomUUID();
    private final List<ByteBuffer> blocks = new ArrayList<>();
    private final List<Long> positions = new ArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private final DeviceDictionary devices = new DeviceDictionary();
    private long first;
    private long end;
    private boolean accepting = true;
    private boolean holding;

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public synchronized boolean accepting() {
        return accepting;
    }

    public synchronized void accept(boolean yes) {
        accepting = yes;
    }

    /** From now on outcomes wait for {@link #releaseHeld}. */
    public synchronized void hold() {
        holding = true;
    }

    public void releaseHeld() {
        List<Runnable> now;
        synchronized (this) {
            holding = false;
            now = new ArrayList<>(held);
            held.clear();
        }
        now.forEach(Runnable::run);
    }

    @Override
    public boolean append(ByteBuffer block, Outcome outcome) {
        ByteBuffer copy = ByteBuffer.allocate(block.remaining());
        copy.put(block.duplicate()).flip();
        Runnable durable = () -> outcome.onDurable(store(copy));
        synchronized (this) {
            if (!accepting) {
                return false;
            }
            if (holding) {
                held.add(durable);
                return true;
            }
        }
        durable.run();
        return true;
    }

    private synchronized long store(ByteBuffer block) {
        BlockReader reader = new BlockReader().wrap(block);
        while (reader.next()) {
            if (reader.type() == BlockFormat.DEVICE) {
                devices.define(reader.definition());
            }
        }
        long position = end;
        blocks.add(block);
        positions.add(position);
        end += block.remaining();
        notifyAll();
        return position;
    }

    @Override
    public synchronized long end() {
        return end;
    }

    @Override
    public synchronized LogReader read(String reader, long from) {
        return new Reader(from == 0 ? first : from);
    }

    /** As if everything before the position had been trimmed: reading from 0 begins there. */
    public synchronized void forgetBefore(long position) {
        first = position;
    }

    @Override
    public LogReader tail() {
        return new Reader(end());
    }

    @Override
    public synchronized DeviceDictionary devices() {
        DeviceDictionary copy = new DeviceDictionary();
        devices.all().forEach(copy::define);
        return copy;
    }

    @Override
    public void close() {
        accept(false);
    }

    private final class Reader implements LogReader {

        private final BlockReader block = new BlockReader();
        private long position;
        private long nextPosition;

        Reader(long from) {
            position = from;
            nextPosition = from;
        }

        @Override
        public boolean next(long waitMillis) throws IOException, InterruptedException {
            @Nullable ByteBuffer found = await(waitMillis);
            if (found == null) {
                return false;
            }
            block.wrap(found);
            position = nextPosition;
            nextPosition += found.remaining();
            return true;
        }

        private @Nullable ByteBuffer await(long waitMillis) throws InterruptedException {
            long deadline = System.nanoTime() + waitMillis * 1_000_000;
            synchronized (MemoryLog.this) {
                while (nextPosition >= end) {
                    long left = (deadline - System.nanoTime()) / 1_000_000;
                    if (left <= 0) {
                        return null;
                    }
                    MemoryLog.this.wait(left);
                }
                return blocks.get(positions.indexOf(nextPosition)).duplicate();
            }
        }

        @Override
        public BlockReader block() {
            return block;
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public long nextPosition() {
            return nextPosition;
        }

        @Override
        public long lag() {
            return end() - nextPosition;
        }

        @Override
        public void release(long released) {}

        @Override
        public void close() {}
    }
}
