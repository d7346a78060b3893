package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.ObservationLog;
import java.nio.ByteBuffer;
import java.util.UUID;

/** A log that calls everything durable at once and keeps nothing: what is measured with it costs no disk. */
final class ForgetfulLog implements ObservationLog {

    private final UUID id = UUID.randomUUID();
    private long end;

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public boolean accepting() {
        return true;
    }

    @Override
    public boolean append(ByteBuffer block, Outcome outcome) {
        end += block.remaining();
        outcome.onDurable(end);
        return true;
    }

    @Override
    public long end() {
        return end;
    }

    @Override
    public LogReader read(String reader, long from) {
        throw new UnsupportedOperationException("nothing is kept");
    }

    @Override
    public LogReader tail() {
        throw new UnsupportedOperationException("nothing is kept");
    }

    @Override
    public DeviceDictionary devices() {
        return new DeviceDictionary();
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
