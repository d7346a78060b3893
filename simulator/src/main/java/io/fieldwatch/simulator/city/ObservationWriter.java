package io.fieldwatch.simulator.city;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what devices say as the JSON of the native topics. The bytes depend on city, incidents, device and time alone.
 * Not thread-safe: one for each thread.
 */
public final class ObservationWriter {

    private static final DateTimeFormatter RFC_3339 =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final JsonFactory jsonFactory = new JsonFactory();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    private final Map<String, Reading> readings = new HashMap<>();
    private final DayToDay dayToDay;
    private final Incidents incidents;

    public ObservationWriter(City city, Incidents incidents) {
        this.dayToDay = new DayToDay(city.seed());
        this.incidents = incidents;
    }

    /**
     * One observation as a JSON object.
     *
     * @param timeMicros stamped as epoch milliseconds where the device {@linkplain CityDevice#stampsEpochMillis() does so}
     *     and the time is a whole millisecond, else as RFC 3339 with microseconds
     */
    public byte[] observation(CityDevice device, long timeMicros) {
        Reading reading = readings.computeIfAbsent(device.kind().name(), kind -> new Reading(device.kind()));
        reading.clear();
        dayToDay.fill(reading, device.index(), timeMicros);
        incidents.apply(reading, device, timeMicros);
        bytes.reset();
        try (JsonGenerator json = jsonFactory.createGenerator(bytes)) {
            json.writeStartObject();
            if (device.stampsEpochMillis() && timeMicros % 1000 == 0) {
                json.writeNumberField("time", timeMicros / 1000);
            } else {
                json.writeStringField("time", rfc3339(timeMicros));
            }
            reading.writeTo(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** Several observations of one device as a JSON array, as a gateway sends its buffer. */
    public byte[] array(List<byte[]> observations) {
        bytes.reset();
        bytes.write('[');
        for (int i = 0; i < observations.size(); i++) {
            if (i > 0) {
                bytes.write(',');
            }
            bytes.writeBytes(observations.get(i));
        }
        bytes.write(']');
        return bytes.toByteArray();
    }

    /** The device's description: name, area, position. */
    public byte[] about(CityDevice device) {
        bytes.reset();
        try (JsonGenerator json = jsonFactory.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("name", device.name());
            json.writeStringField("area", device.area());
            json.writeNumberField("lat", device.lat());
            json.writeNumberField("lon", device.lon());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static String rfc3339(long timeMicros) {
        return RFC_3339.format(Instant.ofEpochSecond(
                Math.floorDiv(timeMicros, 1_000_000L), Math.floorMod(timeMicros, 1_000_000L) * 1000));
    }
}
