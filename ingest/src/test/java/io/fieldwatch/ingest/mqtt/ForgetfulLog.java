package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.LogReader;
import io.fieldwatch.telemetry.ObservationLog;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** A log that calls everything durable at once and keeps nothing, so that what stays in memory is the endpoint's. */
final class ForgetfulLog implements ObservationLog {

    private final UUID id = UUID.randomUUID();
    private final AtomicLong end = new AtomicLong();

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
        outcome.onDurable(end.addAndGet(block.remaining()));
        return true;
    }

    @Override
    public long end() {
        return end.get();
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
