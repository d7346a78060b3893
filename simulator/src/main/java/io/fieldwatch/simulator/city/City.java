package io.fieldwatch.simulator.city;

import io.fieldwatch.simulator.city.Places.Area;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The devices of a city. Immutable; the same seed and count give the same city on every machine, and a larger city of
 * the same seed begins with the devices of the smaller one.
 */
public final class City {

    public static final int DEVICES_MAX = 100_000;

    private final long seed;
    private final List<CityDevice> devices;

    private City(long seed, List<CityDevice> devices) {
        this.seed = seed;
        this.devices = List.copyOf(devices);
    }

    /**
     * Sơn La: devices of the ten built-in kinds in four wards. From ten devices on, every kind is there.
     *
     * @throws IllegalArgumentException when there are no devices or more than {@link #DEVICES_MAX}
     */
    public static City sonLa(long seed, int deviceCount) {
        if (deviceCount < 1 || deviceCount > DEVICES_MAX) {
            throw new IllegalArgumentException(deviceCount + " devices are not 1 to " + DEVICES_MAX);
        }
        Catalogue catalogue = Catalogue.builtIn();
        Random random = new Random(seed);
        Map<Species, Integer> counts = new HashMap<>();
        Map<String, Integer> names = new HashMap<>();
        List<CityDevice> devices = new ArrayList<>(deviceCount);
        for (int index = 0; index < deviceCount; index++) {
            Species species = index < Species.ALL.size() ? Species.ALL.get(index) : Species.pick(random);
            Kind kind = catalogue
                    .kind(species.kind())
                    .orElseThrow(() -> new IllegalStateException("no kind " + species.kind()));
            double[] position = species.onTheStream()
                    ? Places.onTheStream(random)
                    : Places.AREAS.get(random.nextInt(Places.AREAS.size())).somewhere(random);
            Area area = Places.nearest(position);
            String name = species.name(area, random);
            devices.add(new CityDevice(
                    index,
                    kind,
                    String.format("%s-%04d", species.prefix(), counts.merge(species, 1, Integer::sum)),
                    name + " " + names.merge(name, 1, Integer::sum),
                    area.name(),
                    position[0],
                    position[1]));
        }
        return new City(seed, devices);
    }

    public long seed() {
        return seed;
    }

    public List<CityDevice> devices() {
        return devices;
    }

    /**
     * How one kind of device is named and how common it is.
     *
     * @param pattern {@code %1$s} and {@code %2$s} become two different streets
     */
    private record Species(String kind, String prefix, int share, String pattern) {

        static final List<Species> ALL = List.of(
                new Species("traffic-flow", "tf", 24, "Nút giao %1$s – %2$s"),
                new Species("water-level", "wl", 5, "Trạm mực nước suối Nậm La"),
                new Species("waste-container", "wc", 8, "Thùng rác %1$s"),
                new Species("weather", "ws", 6, "Trạm đo mưa %1$s"),
                new Species("landslide", "ls", 6, "Sườn dốc %1$s"),
                new Species("camera", "cam", 14, "Camera %1$s – %2$s"),
                new Species("air-quality", "aq", 9, "Trạm không khí %1$s"),
                new Species("noise-level", "nl", 6, "Trạm đo ồn %1$s"),
                new Species("streetlight", "sl", 17, "Tủ chiếu sáng %1$s"),
                new Species("parking", "pk", 5, "Bãi đỗ xe %1$s"));

        static final int SHARES = ALL.stream().mapToInt(Species::share).sum();

        static Species pick(Random random) {
            int ticket = random.nextInt(SHARES);
            for (Species species : ALL) {
                ticket -= species.share();
                if (ticket < 0) {
                    return species;
                }
            }
            throw new IllegalStateException("the shares do not add up to " + SHARES);
        }

        boolean onTheStream() {
            return kind.equals("water-level");
        }

        String name(Area area, Random random) {
            String first = area.street(random);
            String second = area.street(random);
            while (second.equals(first)) {
                second = area.street(random);
            }
            return String.format(pattern, first, second);
        }
    }
}
