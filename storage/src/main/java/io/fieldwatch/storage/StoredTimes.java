package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Gives devices their windows again: what a restart has to know is the latest time stored of each. */
final class StoredTimes {

    private static final int CHUNK = 5_000;

    private final Catalogue catalogue;
    private final DeviceRegistry registry;
    private final IdentityWindows windows;

    StoredTimes(Catalogue catalogue, DeviceRegistry registry, IdentityWindows windows) {
        this.catalogue = catalogue;
        this.registry = registry;
        this.windows = windows;
    }

    /**
     * Opens the windows of devices that the registry knows.
     *
     * @param born which of them the database had never heard of, so that nothing is stored of them
     */
    void open(Connection connection, BitSet devices, BitSet born) throws SQLException {
        Map<Integer, List<Integer>> byKind = new TreeMap<>();
        for (int device = devices.nextSetBit(0); device >= 0; device = devices.nextSetBit(device + 1)) {
            DeviceDefinition definition = registry.find(device);
            if (born.get(device)) {
                windows.open(device, Long.MIN_VALUE);
            } else if (definition != null) {
                byKind.computeIfAbsent(definition.kind(), kind -> new ArrayList<>())
                        .add(device);
            }
        }
        for (Map.Entry<Integer, List<Integer>> entry : byKind.entrySet()) {
            Kind kind = catalogue.kindOrNull(entry.getKey());
            List<Integer> numbers = entry.getValue();
            for (int from = 0; kind != null && from < numbers.size(); from += CHUNK) {
                ask(connection, kind, numbers.subList(from, Math.min(from + CHUNK, numbers.size())));
            }
        }
    }

    private void ask(Connection connection, Kind kind, List<Integer> numbers) throws SQLException {
        String sql = "SELECT u.number, (SELECT (extract(epoch FROM max(o.time)) * 1000000)::bigint FROM "
                + Sql.table(kind) + " o WHERE o.device_id = u.id) FROM unnest(?::int[], ?::int[]) u(number, id)";
        Integer[] ids = numbers.stream().map(registry::idOf).toArray(Integer[]::new);
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setArray(1, connection.createArrayOf("int4", numbers.toArray()));
            query.setArray(2, connection.createArrayOf("int4", ids));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    long latest = rows.getLong(2);
                    windows.open(rows.getInt(1), rows.wasNull() ? Long.MIN_VALUE : latest);
                }
            }
        }
    }
}
