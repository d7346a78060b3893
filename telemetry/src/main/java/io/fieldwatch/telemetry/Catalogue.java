package io.fieldwatch.telemetry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Every kind the city has, by name and by number. Immutable. */
public final class Catalogue {

    private final int version;
    private final List<Kind> kinds;
    private final Map<String, Kind> byName = new HashMap<>();
    private final Map<Integer, Kind> byNumber = new HashMap<>();

    /**
     * @param version written into every block, so that an old log can be read under a new catalogue
     * @throws IllegalArgumentException when two kinds share a name, a number or a table
     */
    public Catalogue(int version, List<Kind> kinds) {
        this.version = version;
        this.kinds = List.copyOf(kinds);
        for (Kind kind : this.kinds) {
            if (byName.put(kind.name(), kind) != null || byNumber.put(kind.number(), kind) != null) {
                throw new IllegalArgumentException("kind " + kind.name() + " or its number is there twice");
            }
        }
        long tables = this.kinds.stream().map(Kind::table).distinct().count();
        if (tables != this.kinds.size()) {
            throw new IllegalArgumentException("two kinds would share one table");
        }
    }

    /** The ten kinds that come with fieldwatch, from {@code kinds.yaml}. */
    public static Catalogue builtIn() {
        return CatalogueFile.readBuiltIn();
    }

    public int version() {
        return version;
    }

    public List<Kind> kinds() {
        return kinds;
    }

    public Optional<Kind> kind(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The hot path's form of {@link #kind(String)}: null when there is none. */
    public @Nullable Kind kindOrNull(String name) {
        return byName.get(name);
    }

    /** Null when the number is not in this catalogue. */
    public @Nullable Kind kindOrNull(int number) {
        return byNumber.get(number);
    }
}
