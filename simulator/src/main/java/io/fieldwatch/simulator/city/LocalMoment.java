package io.fieldwatch.simulator.city;

import java.time.LocalDate;

/**
 * An instant as the city lives it. Vietnam's clock is UTC+7 all year, so plain arithmetic gives Asia/Ho_Chi_Minh.
 *
 * @param hour of the local day, 0 to 24
 * @param dayOfYear 1 to 366
 * @param sunday whether the offices are closed
 */
record LocalMoment(double hour, int dayOfYear, boolean sunday) {

    private static final long DAY_MICROS = 86_400_000_000L;
    private static final long OFFSET_MICROS = 7 * 3_600_000_000L;

    static LocalMoment of(long timeMicros) {
        long local = timeMicros + OFFSET_MICROS;
        long day = Math.floorDiv(local, DAY_MICROS);
        double hour = Math.floorMod(local, DAY_MICROS) / 3.6e9;
        // 1970-01-01 was a Thursday
        return new LocalMoment(hour, LocalDate.ofEpochDay(day).getDayOfYear(), Math.floorMod(day, 7L) == 3);
    }

    /** How busy the streets are, 0.03 in the dead of night to 1 in the rush hours. */
    double activity() {
        double rush = bump(7.2, 0.9) + 0.9 * bump(17.3, 1.1) + 0.35 * bump(11.5, 1.0);
        double day = bump(12.5, 5.5);
        double full = 0.03 + 0.5 * day + 0.5 * rush;
        return Math.min(1, sunday ? full * 0.7 : full);
    }

    /** 0 at night to 1 at noon. */
    double daylight() {
        double sunrise = sunrise();
        double length = dusk() - sunrise;
        double part = (hour - sunrise) / length;
        return part <= 0 || part >= 1 ? 0 : StrictMath.sin(StrictMath.PI * part);
    }

    /** Whether street lights burn. */
    boolean dark() {
        return hour < sunrise() || hour >= dusk();
    }

    /** Air temperature in the shade, about 21° N and 600 m up, °C. */
    double temperature() {
        double mean = 21.0 - 5.0 * StrictMath.cos(2 * StrictMath.PI * (dayOfYear - 15) / 365.25);
        return mean + 5.0 * StrictMath.cos(2 * StrictMath.PI * (hour - 14) / 24);
    }

    private double sunrise() {
        return 6.0 + 0.55 * StrictMath.cos(2 * StrictMath.PI * (dayOfYear + 10) / 365.25);
    }

    private double dusk() {
        return 18.0 - 0.55 * StrictMath.cos(2 * StrictMath.PI * (dayOfYear + 10) / 365.25);
    }

    private double bump(double centre, double width) {
        double distance = (hour - centre) / width;
        return StrictMath.exp(-distance * distance);
    }
}
