package io.fieldwatch.journal;

import io.fieldwatch.telemetry.BlockReader;
import io.fieldwatch.telemetry.LogReader;
import java.io.IOException;

/** Reads the entries of a log as blocks. */
final class BlockLogReader implements LogReader {

    private final SegmentReader entries;
    private final BlockReader block = new BlockReader();

    BlockLogReader(SegmentReader entries) {
        this.entries = entries;
    }

    @Override
    public boolean next(long waitMillis) throws IOException, InterruptedException {
        if (!entries.next(waitMillis)) {
            return false;
        }
        try {
            block.wrap(entries.entry());
        } catch (IllegalStateException e) {
            throw entries.senseless(e);
        }
        return true;
    }

    @Override
    public BlockReader block() {
        return block;
    }

    @Override
    public long position() {
        return entries.position();
    }

    @Override
    public long nextPosition() {
        return entries.nextPosition();
    }

    @Override
    public long lag() {
        return entries.lag();
    }

    @Override
    public void release(long position) {
        entries.release(position);
    }

    @Override
    public void close() {
        entries.close();
    }
}
