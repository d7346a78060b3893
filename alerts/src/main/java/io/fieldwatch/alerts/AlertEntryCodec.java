package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Label;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * The bytes of an alert log's entry, version 1. Fixed-width numbers are big-endian; integers, times and texts are as in
 * {@code Wire}: variable-length zigzag integers, and length and UTF-8 with length -1 for none.
 *
 * <pre>
 * 0  u8  version, 1
 * 1  u8  type: 1 transition, 2 checkpoint
 *
 * Transition
 *   event id, event type's name, time, user or none, note or none, alert, observation position
 *
 * Checkpoint; everything after the two bytes is deflated (RFC 1950)
 *   observation log id as two i64, position
 *   known: position, count, alert ids
 *   awaited, open, closed: each count and alerts
 *   conditions: count of bytes and the bytes
 *
 * Alert
 *   id, version, rule id, priority's name, the state's letter as u8, message in Vietnamese, in English, device number,
 *   kind, external id, name or none, area or none, f64 latitude, f64 longitude, property, f64 value, f64 limit, unit,
 *   times raised, acknowledged and cleared, acknowledged by or none
 * </pre>
 */
public final class AlertEntryCodec {

    private static final int VERSION = 1;
    private static final int TRANSITION = 1;
    private static final int CHECKPOINT = 2;
    private static final int COUNT_MAX = 10_000_000;

    private AlertEntryCodec() {}

    /** The event of an entry that is a transition; empty when the entry is of another type. */
    public static Optional<AlertEvent> transition(byte[] entry) {
        if (type(entry) != TRANSITION) {
            return Optional.empty();
        }
        return read(entry) instanceof AlertEntry.Transition transition
                ? Optional.of(transition.event())
                : Optional.empty();
    }

    /**
     * @throws IllegalStateException when the bytes are not an entry of a known version
     */
    public static AlertEntry read(byte[] entry) {
        int type = type(entry);
        ByteArrayInputStream bytes = new ByteArrayInputStream(entry, 2, entry.length - 2);
        try (InputStream body = type == CHECKPOINT ? new InflaterInputStream(bytes) : bytes;
                DataInputStream in = new DataInputStream(body)) {
            return type == CHECKPOINT ? readCheckpoint(in) : readTransition(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException("a damaged entry of " + entry.length + " bytes in the alert log", e);
        }
    }

    public static byte[] write(AlertEntry entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        bytes.write(VERSION);
        try {
            if (entry instanceof AlertEntry.Transition transition) {
                bytes.write(TRANSITION);
                writeTransition(new DataOutputStream(bytes), transition);
            } else {
                bytes.write(CHECKPOINT);
                writeDeflated(bytes, (AlertEntry.Checkpoint) entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    private static int type(byte[] entry) {
        if (entry.length < 2 || entry[0] != VERSION || (entry[1] != TRANSITION && entry[1] != CHECKPOINT)) {
            throw new IllegalStateException("not an entry of version " + VERSION + " of the alert log");
        }
        return entry[1];
    }

    private static void writeTransition(DataOutput out, AlertEntry.Transition transition) throws IOException {
        AlertEvent event = transition.event();
        Wire.writeText(out, event.id());
        Wire.writeText(out, event.type().name());
        Wire.writeInteger(out, event.timeMicros());
        Wire.writeText(out, event.user());
        Wire.writeText(out, event.note());
        writeAlert(out, event.alert());
        Wire.writeInteger(out, transition.observationPosition());
    }

    private static AlertEntry readTransition(DataInput in) throws IOException {
        AlertEvent event = new AlertEvent(
                Wire.readText(in),
                AlertEvent.Type.valueOf(Wire.readText(in)),
                Wire.readInteger(in),
                Wire.readNullableText(in),
                Wire.readNullableText(in),
                readAlert(in));
        return new AlertEntry.Transition(event, Wire.readInteger(in));
    }

    private static void writeDeflated(OutputStream bytes, AlertEntry.Checkpoint checkpoint) throws IOException {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes, deflater))) {
            out.writeLong(checkpoint.observationLog().getMostSignificantBits());
            out.writeLong(checkpoint.observationLog().getLeastSignificantBits());
            Wire.writeInteger(out, checkpoint.position());
            Wire.writeInteger(out, checkpoint.known().upTo());
            Wire.writeInteger(out, checkpoint.known().alertIds().size());
            for (String id : checkpoint.known().alertIds()) {
                Wire.writeText(out, id);
            }
            writeAlerts(out, checkpoint.awaited());
            writeAlerts(out, checkpoint.open());
            writeAlerts(out, checkpoint.closed());
            Wire.writeInteger(out, checkpoint.conditions().length);
            out.write(checkpoint.conditions());
        } finally {
            deflater.end();
        }
    }

    private static AlertEntry readCheckpoint(DataInput in) throws IOException {
        UUID observationLog = new UUID(in.readLong(), in.readLong());
        long position = Wire.readInteger(in);
        long knownUpTo = Wire.readInteger(in);
        Set<String> known = new HashSet<>();
        for (int left = Wire.readCount(in, COUNT_MAX); left > 0; left--) {
            known.add(Wire.readText(in));
        }
        List<Alert> awaited = readAlerts(in);
        List<Alert> open = readAlerts(in);
        List<Alert> closed = readAlerts(in);
        byte[] conditions = new byte[Wire.readCount(in, Integer.MAX_VALUE)];
        in.readFully(conditions);
        return new AlertEntry.Checkpoint(
                observationLog, position, new AlertEntry.Known(knownUpTo, known), awaited, open, closed, conditions);
    }

    private static void writeAlerts(DataOutput out, List<Alert> alerts) throws IOException {
        Wire.writeInteger(out, alerts.size());
        for (Alert alert : alerts) {
            writeAlert(out, alert);
        }
    }

    private static List<Alert> readAlerts(DataInput in) throws IOException {
        List<Alert> alerts = new ArrayList<>();
        for (int left = Wire.readCount(in, COUNT_MAX); left > 0; left--) {
            alerts.add(readAlert(in));
        }
        return alerts;
    }

    private static void writeAlert(DataOutput out, Alert alert) throws IOException {
        Wire.writeText(out, alert.id());
        Wire.writeInteger(out, alert.version());
        Wire.writeText(out, alert.ruleId());
        Wire.writeText(out, alert.priority().name());
        out.writeByte(alert.state().letter());
        Wire.writeText(out, alert.message().vi());
        Wire.writeText(out, alert.message().en());
        Wire.writeInteger(out, alert.deviceNumber());
        Wire.writeText(out, alert.kind());
        Wire.writeText(out, alert.externalId());
        Wire.writeText(out, alert.deviceName());
        Wire.writeText(out, alert.area());
        out.writeDouble(alert.lat());
        out.writeDouble(alert.lon());
        Wire.writeText(out, alert.property());
        out.writeDouble(alert.value());
        out.writeDouble(alert.limit());
        Wire.writeText(out, alert.unit());
        Wire.writeInteger(out, alert.raisedMicros());
        Wire.writeInteger(out, alert.acknowledgedMicros());
        Wire.writeInteger(out, alert.clearedMicros());
        Wire.writeText(out, alert.acknowledgedBy());
    }

    private static Alert readAlert(DataInput in) throws IOException {
        String id = Wire.readText(in);
        int version = Wire.readCount(in, Integer.MAX_VALUE);
        String ruleId = Wire.readText(in);
        Priority priority = Priority.valueOf(Wire.readText(in));
        AlertState state = state(in.readByte());
        Label message = new Label(Wire.readText(in), Wire.readText(in));
        int deviceNumber = Wire.readCount(in, Integer.MAX_VALUE);
        String kind = Wire.readText(in);
        String externalId = Wire.readText(in);
        String deviceName = Wire.readNullableText(in);
        String area = Wire.readNullableText(in);
        double lat = in.readDouble();
        double lon = in.readDouble();
        String property = Wire.readText(in);
        double value = in.readDouble();
        double limit = in.readDouble();
        String unit = Wire.readText(in);
        long raised = Wire.readInteger(in);
        long acknowledged = Wire.readInteger(in);
        long cleared = Wire.readInteger(in);
        String by = Wire.readNullableText(in);
        return new Alert(
                id,
                version,
                ruleId,
                priority,
                state,
                message,
                deviceNumber,
                kind,
                externalId,
                deviceName,
                area,
                lat,
                lon,
                property,
                value,
                limit,
                unit,
                raised,
                acknowledged,
                by,
                cleared);
    }

    private static AlertState state(int letter) throws IOException {
        for (AlertState state : AlertState.values()) {
            if (state.letter() == letter) {
                return state;
            }
        }
        throw new IOException("no state has letter " + letter);
    }
}
