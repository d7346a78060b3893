package io.fieldwatch.simulator.city;

import java.util.List;
import java.util.Random;

/** Sơn La's wards, streets and the stream through them. The pattern is the city's, the exact poles are invented. */
final class Places {

    static final List<Area> AREAS = List.of(
            new Area(
                    "Tô Hiệu",
                    21.3270,
                    103.9140,
                    List.of("Tô Hiệu", "Chu Văn Thịnh", "Cách Mạng Tháng Tám", "Lò Văn Giá", "Hoàng Quốc Việt")),
            new Area(
                    "Chiềng An",
                    21.3480,
                    103.9060,
                    List.of("Trần Đăng Ninh", "Điện Biên", "Bản Cá", "Bản Bó", "Bản Cọ")),
            new Area(
                    "Chiềng Cơi",
                    21.3080,
                    103.9010,
                    List.of("Nguyễn Lương Bằng", "Trường Chinh", "Bản Mé", "Bản Buổn", "Bản Hôm")),
            new Area(
                    "Chiềng Sinh",
                    21.2960,
                    103.9500,
                    List.of("Lê Duẩn", "Hùng Vương", "Bản Hẹo", "Bản Phung", "Tổ 4")));

    /** Nậm La from where it enters the city to where it leaves it. */
    private static final double[][] STREAM = {
        {21.3010, 103.8960}, {21.3140, 103.9040}, {21.3270, 103.9110}, {21.3400, 103.9090}, {21.3540, 103.9030}
    };

    private static final double SPREAD_DEGREES = 0.0055;

    private Places() {}

    record Area(String name, double lat, double lon, List<String> streets) {

        /** Somewhere near the centre, a kilometre or so away at most; rounded to a decimetre or so. */
        double[] somewhere(Random random) {
            return rounded(
                    lat + clamp(random.nextGaussian()) * SPREAD_DEGREES,
                    lon + clamp(random.nextGaussian()) * SPREAD_DEGREES);
        }

        String street(Random random) {
            return streets.get(random.nextInt(streets.size()));
        }
    }

    static double[] onTheStream(Random random) {
        double along = random.nextDouble() * (STREAM.length - 1);
        int leg = (int) along;
        double part = along - leg;
        return rounded(
                STREAM[leg][0] + (STREAM[leg + 1][0] - STREAM[leg][0]) * part,
                STREAM[leg][1] + (STREAM[leg + 1][1] - STREAM[leg][1]) * part);
    }

    static Area nearest(double[] position) {
        Area best = AREAS.get(0);
        for (Area area : AREAS) {
            if (distance(area, position) < distance(best, position)) {
                best = area;
            }
        }
        return best;
    }

    private static double distance(Area area, double[] position) {
        double north = area.lat() - position[0];
        double east = area.lon() - position[1];
        return north * north + east * east;
    }

    private static double clamp(double gaussian) {
        return Math.max(-2, Math.min(2, gaussian));
    }

    private static double[] rounded(double lat, double lon) {
        return new double[] {Math.rint(lat * 1e6) / 1e6, Math.rint(lon * 1e6) / 1e6};
    }
}
