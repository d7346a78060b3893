package io.fieldwatch.server;

import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.ObservationLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;

/** The bug of reporting durable what has only been queued. */
final class HastyLog implements ObservationLog {

    private final ObservationLog log;

    HastyLog(ObservationLog log) {
        this.log = log;
    }

    @Override
    public boolean append(ByteBuffer block, Outcome outcome) {
        ByteBuffer copy = ByteBuffer.allocateDirect(block.remaining()).order(block.order());
        copy.put(block.duplicate()).flip();
        boolean taken = log.append(copy, Unheard.OUTCOME);
        if (taken) {
            outcome.onDurable(log.end());
        }
        return taken;
    }

    @Override
    public UUID id() {
        return log.id();
    }

    @Override
    public boolean accepting() {
        return log.accepting();
    }

    @Override
    public long end() {
        return log.end();
    }

    @Override
    public LogReader read(String reader, long from) {
        return log.read(reader, from);
    }

    @Override
    public LogReader tail() {
        return log.tail();
    }

    @Override
    public DeviceDictionary devices() {
        return log.devices();
    }

    @Override
    public void close() {
        log.close();
    }

    private enum Unheard implements Outcome {
        OUTCOME;

        @Override
        public void onDurable(long position) {
            // told already
        }

        @Override
        public void onFailed(IOException cause) {
            // that is the bug
        }
    }
}
