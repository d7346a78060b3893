package io.fieldwatch.journal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How far each durable reader has come, and so what the log may forget. A name holds back everything until it is first
 * opened; with several readers open under one name, the slowest counts. Guarded by the log's reading lock.
 */
final class Holds {

    private final Map<String, Hold> byName = new HashMap<>();

    private static final class Hold {
        private final List<SegmentReader> open = new ArrayList<>();
        private long last;

        long position() {
            return open.isEmpty()
                    ? last
                    : open.stream().mapToLong(SegmentReader::released).min().orElse(last);
        }
    }

    Holds(Set<String> names) {
        names.forEach(name -> byName.put(name, new Hold()));
    }

    void opened(String name, SegmentReader reader) {
        hold(name).open.add(reader);
    }

    void closed(String name, SegmentReader reader) {
        Hold hold = hold(name);
        hold.last = hold.position();
        hold.open.remove(reader);
    }

    void require(String name) {
        hold(name);
    }

    /** Everything before this is dealt with by all. */
    long slowest() {
        return byName.values().stream().mapToLong(Hold::position).min().orElse(0);
    }

    /** Who has come least far; of several, the first by name. */
    String slowestName() {
        long slowest = slowest();
        return byName.entrySet().stream()
                .filter(entry -> entry.getValue().position() == slowest)
                .map(Map.Entry::getKey)
                .min(Comparator.naturalOrder())
                .orElse("nobody");
    }

    private Hold hold(String name) {
        Hold hold = byName.get(name);
        if (hold == null) {
            throw new IllegalArgumentException("the log has no reader named " + name + ", only " + byName.keySet());
        }
        return hold;
    }
}
