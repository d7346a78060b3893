package io.fieldwatch.simulator.city;

/**
 * What devices say on an ordinary day: daily curves and noise, always inside the catalogue's physical range and below
 * every limit of the default rules. Thread-safe.
 */
final class DayToDay {

    private static final long MINUTE = 60_000_000L;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private final Noise noise;

    DayToDay(long seed) {
        noise = new Noise(seed);
    }

    void fill(Reading out, int device, long timeMicros) {
        Point at = new Point(noise, device, timeMicros, LocalMoment.of(timeMicros));
        switch (out.kind().name()) {
            case "traffic-flow" -> traffic(out, at);
            case "camera" -> camera(out, at);
            case "air-quality" -> air(out, at);
            case "noise-level" -> sound(out, at);
            case "water-level" -> water(out, at);
            case "weather" -> weather(out, at);
            case "landslide" -> slope(out, at);
            case "streetlight" -> light(out, at);
            case "waste-container" -> waste(out, at);
            case "parking" -> parking(out, at);
            default -> throw new IllegalStateException("no model for kind " + out.kind());
        }
    }

    private static void traffic(Reading out, Point at) {
        double activity = at.moment.activity();
        double capacity = 20 + 40 * at.trait(0);
        double intensity = Math.max(0, StrictMath.rint(capacity * activity * (1 + 0.2 * at.jitter(1))));
        double freeSpeed = 36 + 12 * at.trait(2);
        double speed = freeSpeed * (1 - 0.33 * activity) + 1.5 * at.jitter(3);
        double headway = 60 / Math.max(1, intensity);
        out.number("intensity", intensity, 0);
        out.number("occupancy", 0.03 + 0.17 * activity + 0.02 * at.jitter(4), 3);
        out.number("averageVehicleSpeed", speed, 1);
        out.number("averageVehicleLength", 3.0 + 0.8 * at.jitter(5), 1);
        out.number("averageGapDistance", speed / 3.6 * headway, 1);
        out.number("averageHeadwayTime", headway, 2);
        out.flag("congested", false);
        out.flag("reversedLane", false);
        out.integer("laneId", 1 + Math.floor(2.99 * at.trait(6)));
        out.code("laneDirection", at.trait(7) < 0.5 ? "forward" : "backward");
    }

    private static void camera(Reading out, Point at) {
        out.flag("on", true);
        out.number("fps", 25 + 0.6 * at.jitter(0), 1);
        out.number("bitrateKbps", 3200 + 900 * at.moment.daylight() + 250 * at.jitter(1), 0);
        out.number("frameAgeSeconds", 0.4 + 0.35 * at.jitter(2), 2);
        out.number("plateReadRate", 0.90 + 0.05 * at.moment.daylight() + 0.03 * at.jitter(3), 3);
        out.integer("vehiclePlateNotRead", 4 * at.moment.activity() * (1 + at.jitter(4)));
    }

    private static void air(Reading out, Point at) {
        double activity = at.moment.activity();
        double pm25 = 16 + 10 * activity + 5 * at.wander(0, 6 * HOUR) + 4 * at.trait(1) + 1.5 * at.jitter(2);
        double pm10 = pm25 * (1.6 + 0.1 * at.wander(3, HOUR));
        out.number("pm25", pm25, 1);
        out.number("pm10", pm10, 1);
        out.number("pm1", pm25 * 0.65, 1);
        out.number("no2", 14 + 20 * activity + 4 * at.wander(4, HOUR), 1);
        out.number("so2", 9 + 4 * at.wander(5, 3 * HOUR), 1);
        out.number("o3", 25 + 45 * at.moment.daylight() + 8 * at.wander(6, 2 * HOUR), 1);
        out.number("co", 450 + 500 * activity + 90 * at.jitter(7), 0);
        climate(out, at);
        // VN_AQI up to 100 (QĐ 1459/QĐ-TCMT): PM2.5 of 25 µg/m³ is 50, 50 is 100; here PM10 is never the worse one
        out.number("airQualityIndex", pm25 * 2, 0);
        out.number("reliability", 0.95 + 0.03 * at.wander(8, DAY), 2);
    }

    private static void climate(Reading out, Point at) {
        double warmth = at.moment.daylight();
        out.number("temperature", at.moment.temperature() + 1.5 * at.wander(20, 3 * HOUR), 1);
        out.number("relativeHumidity", 0.86 - 0.28 * warmth + 0.06 * at.wander(21, 2 * HOUR), 2);
        out.number("pressure", 944 + 4 * at.wander(22, 12 * HOUR), 1);
    }

    private static void sound(Reading out, Point at) {
        double level = 43 + 19 * at.moment.activity() + 2 * at.jitter(0);
        out.number("laeq", level, 1);
        out.number("lamax", level + 9 + 3 * at.jitter(1), 1);
        out.number("las", level + at.jitter(2), 1);
        out.integer("sonometerClass", 1 + StrictMath.rint(at.trait(3)));
        battery(out, at);
    }

    private static void water(Reading out, Point at) {
        double level = 278.4 + 0.2 * at.trait(0) + 0.12 * at.wander(1, 6 * HOUR) + 0.01 * at.jitter(2);
        waterLevel(out, level);
        out.number("flowSpeed", 0.8 + 0.25 * at.wander(3, 6 * HOUR), 2);
        battery(out, at);
    }

    /** The gauge hangs under a bridge at 284 m and looks down: level = reference - distance. */
    static void waterLevel(Reading out, double level) {
        double reference = 284;
        out.number("currentLevel", level, 2);
        out.number("referenceLevel", reference, 2);
        out.number("measuredDistance", reference - level, 2);
    }

    private static void weather(Reading out, Point at) {
        double hourly = Math.max(0, 5 * at.wander(0, 5 * HOUR) - 1.5);
        out.number("precipitation", hourly / 60, 2);
        out.number("precipitationHour", hourly, 1);
        out.number("precipitationDay", hourly + 5 + 4.5 * at.wander(1, DAY), 1);
        climate(out, at);
        out.number("windSpeed", 2.2 + 1.2 * at.moment.daylight() + 0.9 * at.wander(2, HOUR), 1);
        out.number("windDirection", 180 + 175 * at.wander(3, 4 * HOUR), 0);
        battery(out, at);
    }

    private static void slope(Reading out, Point at) {
        out.number("tiltX", 4 * at.trait(0) + 0.02 * at.wander(1, DAY), 3);
        out.number("tiltY", 3 * at.trait(2) + 0.02 * at.wander(3, DAY), 3);
        out.number("tiltRate", 0.004 * at.wander(4, HOUR), 4);
        out.number("vibration", 0.2 + 0.15 * at.moment.activity() + 0.1 * at.jitter(5), 2);
        out.number("crack", 1.5 + 3 * at.trait(6) + 0.05 * at.wander(7, DAY), 2);
        out.number("soilMoisture", 0.32 + 0.08 * at.wander(8, 12 * HOUR), 2);
        battery(out, at);
    }

    private static void light(Reading out, Point at) {
        boolean on = at.moment.dark();
        boolean dimmed = on && (at.moment.hour() >= 23 || at.moment.hour() < 4.5);
        double level = dimmed ? 0.5 : on ? 1 : 0;
        double voltage = 226 + 5 * at.wander(0, HOUR) + 1.5 * at.jitter(1);
        double factor = on ? 0.94 + 0.02 * at.jitter(2) : 0;
        double current = level * (4 + 5 * at.trait(3));
        out.code("status", "ok");
        out.code("powerState", dimmed ? "low" : on ? "on" : "off");
        out.number("illuminanceLevel", level, 2);
        out.number("voltage", voltage, 1);
        out.number("current", current, 2);
        out.number("powerConsumption", voltage * current * factor, 0);
        out.number("powerFactor", factor, 2);
    }

    private static void waste(Reading out, Point at) {
        // fills between collections, each container on its own turn
        double period = (20 + 16 * at.trait(0)) * HOUR;
        double filled = at.timeMicros / period + at.trait(1);
        double level = 0.08 + 0.78 * (filled - Math.floor(filled));
        out.number("fillingLevel", level, 2);
        out.number("temperature", at.moment.temperature() + 3 + 4 * at.moment.daylight() + at.jitter(2), 1);
        out.number("methaneConcentration", 1800 + 2500 * level + 200 * at.jitter(3), 0);
        out.number("cargoWeight", 210 * level + 2 * at.jitter(4), 1);
        out.code("status", "ok");
        battery(out, at);
    }

    private static void parking(Reading out, Point at) {
        double total = 30 + 10 * Math.floor(12 * at.trait(0));
        double broken = Math.floor(2.99 * at.trait(1));
        double rate = 0.12 + 0.68 * at.moment.activity() + 0.08 * at.wander(2, HOUR);
        double available = StrictMath.rint((total - broken) * (1 - rate));
        out.integer("totalSpotNumber", total);
        out.integer("availableSpotNumber", available);
        out.integer("outOfServiceSlotNumber", broken);
        out.number("occupancyRate", 1 - (available + broken) / total, 3);
        out.code("status", "open");
    }

    private static void battery(Reading out, Point at) {
        out.number("batteryLevel", 0.6 + 0.38 * at.trait(30), 2);
    }

    /** One device at one instant, and its noise there. */
    private static final class Point {

        private final Noise noise;
        private final int device;
        private final long timeMicros;
        private final LocalMoment moment;

        Point(Noise noise, int device, long timeMicros, LocalMoment moment) {
            this.noise = noise;
            this.device = device;
            this.timeMicros = timeMicros;
            this.moment = moment;
        }

        double trait(int channel) {
            return noise.trait(device, channel);
        }

        double wander(int channel, long periodMicros) {
            return noise.smooth(device, channel, timeMicros, periodMicros);
        }

        /** Half of it wanders within minutes, half is the sensor's own at every instant. */
        double jitter(int channel) {
            return 0.5 * wander(channel, 5 * MINUTE) + 0.5 * noise.at(device, channel, timeMicros);
        }
    }
}
