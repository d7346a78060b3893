package io.fieldwatch.simulator.city;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What goes wrong in the city, and when, as a script relative to a start. Immutable and thread-safe: whether something
 * is wrong with a device is a pure function of time.
 *
 * <p>Every kind named in the script has one incident per {@link #ROUND_MICROS round}; the next round takes the kind's
 * next device, so a long demonstration stays alive and every incident ends before the next of its kind begins.
 */
public final class Incidents {

    static final long SECOND = 1_000_000L;
    /** Time from one incident of a kind to the next. */
    public static final long ROUND_MICROS = 180 * SECOND;

    private final long startMicros;
    private final Map<String, Scene> scenes;
    private final Map<String, List<CityDevice>> casts;

    private Incidents(long startMicros, Map<String, Scene> scenes, Map<String, List<CityDevice>> casts) {
        this.startMicros = startMicros;
        this.scenes = scenes;
        this.casts = casts;
    }

    /** A city in which every day is ordinary. */
    public static Incidents none() {
        return new Incidents(0, Map.of(), Map.of());
    }

    /**
     * The demonstration: congestion at 4 s, flood at 6 s, a burning waste container at 8 s, a cloudburst at 10 s and a
     * moving slope at 12 s, again with other devices every {@link #ROUND_MICROS}.
     *
     * @param startMicros wall time of the simulation's start
     */
    public static Incidents sonLaDemo(City city, long startMicros) {
        Map<String, List<CityDevice>> casts = new HashMap<>();
        for (CityDevice device : city.devices()) {
            casts.computeIfAbsent(device.kind().name(), kind -> new ArrayList<>())
                    .add(device);
        }
        Map<String, Scene> scenes = Map.of(
                "traffic-flow", new Scene(4 * SECOND, 44 * SECOND, Incidents::congestion),
                "water-level", new Scene(6 * SECOND, 66 * SECOND, Incidents::flood),
                "waste-container", new Scene(8 * SECOND, 48 * SECOND, Incidents::fire),
                "weather", new Scene(10 * SECOND, 70 * SECOND, Incidents::cloudburst),
                "landslide", new Scene(12 * SECOND, 62 * SECOND, Incidents::movingSlope));
        return new Incidents(startMicros, scenes, casts);
    }

    /** Whether something is wrong with this device at this time. */
    public boolean activeAt(CityDevice device, long timeMicros) {
        Scene scene = scenes.get(device.kind().name());
        return scene != null && scene.on(offset(timeMicros)) && struck(device, timeMicros);
    }

    /** Replaces the values that the incident changes; leaves the others as they are on an ordinary day. */
    void apply(Reading out, CityDevice device, long timeMicros) {
        Scene scene = scenes.get(device.kind().name());
        if (scene == null || !scene.on(offset(timeMicros)) || !struck(device, timeMicros)) {
            return;
        }
        double part = (double) (offset(timeMicros) - scene.fromMicros()) / (scene.toMicros() - scene.fromMicros());
        // up in the first quarter, down in the last
        double strength = Math.min(1, Math.min(part, 1 - part) * 4);
        scene.effect().apply(out, strength, Math.floorMod(timeMicros, 1000L) / 1000.0);
    }

    private long offset(long timeMicros) {
        return timeMicros < startMicros ? -1 : (timeMicros - startMicros) % ROUND_MICROS;
    }

    private boolean struck(CityDevice device, long timeMicros) {
        List<CityDevice> cast = casts.getOrDefault(device.kind().name(), List.of());
        long round = (timeMicros - startMicros) / ROUND_MICROS;
        return cast.get((int) (round % cast.size())).index() == device.index();
    }

    private static void congestion(Reading out, double strength, double jitter) {
        double speed = 9 + 3 * jitter;
        out.number("averageVehicleSpeed", speed, 1);
        out.number("occupancy", 0.5 + 0.1 * jitter, 3);
        out.number("intensity", 8, 0);
        out.number("averageHeadwayTime", 7.5, 2);
        out.number("averageGapDistance", speed / 3.6 * 7.5, 1);
        out.flag("congested", true);
    }

    /** Through the three alarm levels 280.0, 280.8 and 281.5 m, and back. */
    private static void flood(Reading out, double strength, double jitter) {
        DayToDay.waterLevel(out, 278.6 + 3.3 * strength + 0.02 * jitter);
        out.number("flowSpeed", 1 + 2.5 * strength, 2);
    }

    private static void fire(Reading out, double strength, double jitter) {
        out.number("temperature", 85 + 20 * strength + jitter, 1);
        out.code("status", "burning");
    }

    private static void cloudburst(Reading out, double strength, double jitter) {
        out.number("precipitation", 3 + jitter, 2);
        out.number("precipitationHour", 55 + jitter, 1);
        out.number("precipitationDay", 68 + jitter, 1);
        out.number("relativeHumidity", 0.97, 2);
    }

    private static void movingSlope(Reading out, double strength, double jitter) {
        out.number("tiltRate", 0.3 + 0.02 * jitter, 4);
        out.number("vibration", 4 + 2 * strength + jitter, 2);
        out.number("soilMoisture", 0.46, 2);
    }

    /** One kind's incident; times from the start of a round. */
    private record Scene(long fromMicros, long toMicros, Effect effect) {

        boolean on(long offsetMicros) {
            return offsetMicros >= fromMicros && offsetMicros < toMicros;
        }
    }

    private interface Effect {
        /**
         * @param strength 0 at the incident's edges to 1 in its middle
         * @param jitter 0 to 1, the sensor's own noise
         */
        void apply(Reading out, double strength, double jitter);
    }
}
