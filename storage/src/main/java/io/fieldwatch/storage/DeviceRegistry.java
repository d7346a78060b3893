package io.fieldwatch.storage;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceDictionary;
import io.fieldwatch.telemetry.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From the log's device numbers to the database's device ids. Definitions are taken in as they are read, and written in a
 * transaction of their own before any row that needs them. Belongs to the gatherer's thread, but for {@link #find}.
 */
final class DeviceRegistry {

    private static final int CHUNK = 5_000;

    private final Catalogue catalogue;
    private DeviceDictionary dictionary = new DeviceDictionary(); // guarded by this
    private final Set<Integer> unwritten = new LinkedHashSet<>();
    /** By device number; 0 is none. */
    private int[] ids = new int[1024];

    DeviceRegistry(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** Starts over with all the devices of a log. */
    synchronized void reset(DeviceDictionary devices) {
        dictionary = devices;
        Arrays.fill(ids, 0);
        unwritten.clear();
        for (DeviceDefinition definition : devices.all()) {
            unwritten.add(definition.number());
        }
    }

    /** Takes a definition in. */
    synchronized void define(DeviceDefinition definition) {
        if (dictionary.define(definition)) {
            unwritten.add(definition.number());
        }
    }

    /**
     * Null when the log never defined the number, or for a kind that the catalogue does not have. Any thread may ask.
     */
    synchronized @Nullable DeviceDefinition find(int number) {
        DeviceDefinition definition = number < 0 ? null : dictionary.find(number);
        return definition == null || catalogue.kindOrNull(definition.kind()) == null ? null : definition;
    }

    int idOf(int number) {
        int id = number < ids.length ? ids[number] : 0;
        if (id == 0) {
            throw new IllegalStateException("device number " + number + " has no id in the registry");
        }
        return id;
    }

    /** Whether a definition was taken in that is not written yet. */
    boolean hasNews() {
        return !unwritten.isEmpty();
    }

    /**
     * Writes what is new, as part of the caller's transaction, and fills in the ids.
     *
     * @return the numbers of devices that the database had never heard of
     */
    BitSet write(Connection connection) throws SQLException {
        List<DeviceDefinition> definitions = new ArrayList<>();
        for (int number : unwritten) {
            DeviceDefinition definition = find(number);
            if (definition != null) {
                definitions.add(definition);
            }
        }
        // One order for all writers, so that two of them cannot wait for each other.
        definitions.sort(Comparator.comparingInt(DeviceDefinition::kind).thenComparing(DeviceDefinition::externalId));
        BitSet born = new BitSet();
        for (int from = 0; from < definitions.size(); from += CHUNK) {
            write(connection, definitions.subList(from, Math.min(from + CHUNK, definitions.size())), born);
        }
        return born;
    }

    /** The transaction of {@link #write} is committed. After a rollback, write again: the same ids or new ones come. */
    void committed() {
        unwritten.clear();
    }

    private void write(Connection connection, List<DeviceDefinition> definitions, BitSet born) throws SQLException {
        int count = definitions.size();
        Integer[] numbers = new Integer[count];
        String[] kinds = new String[count];
        String[] externalIds = new String[count];
        for (int i = 0; i < count; i++) {
            DeviceDefinition definition = definitions.get(i);
            Kind kind = catalogue.kindOrNull(definition.kind());
            numbers[i] = definition.number();
            kinds[i] = kind == null ? "" : kind.name();
            externalIds[i] = Sql.clean(definition.externalId());
        }
        Set<Integer> inserted = insertMissing(connection, kinds, externalIds);
        describe(connection, definitions);
        String sql = "SELECT u.number, d.id FROM unnest(?::int[], ?::text[], ?::text[]) u(number, kind, external_id)"
                + " JOIN fieldwatch.device d ON d.kind = u.kind AND d.external_id = u.external_id";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setArray(1, connection.createArrayOf("int4", numbers));
            query.setArray(2, connection.createArrayOf("text", kinds));
            query.setArray(3, connection.createArrayOf("text", externalIds));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    setId(rows.getInt(1), rows.getInt(2));
                    born.set(rows.getInt(1), inserted.contains(rows.getInt(2)));
                }
            }
        }
    }

    /**
     * Answers the ids of those that were missing. Without {@code ON CONFLICT} alone: that would use up an id for every
     * device that is there already.
     */
    static Set<Integer> insertMissing(Connection connection, String[] kinds, @Nullable String[] externalIds)
            throws SQLException {
        String sql = "INSERT INTO fieldwatch.device (kind, external_id) SELECT DISTINCT u.kind, u.external_id"
                + " FROM unnest(?::text[], ?::text[]) u(kind, external_id) WHERE NOT EXISTS (SELECT 1 FROM"
                + " fieldwatch.device d WHERE d.kind = u.kind AND d.external_id = u.external_id)"
                + " ORDER BY u.kind, u.external_id ON CONFLICT DO NOTHING RETURNING id";
        Set<Integer> inserted = new HashSet<>();
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setArray(1, connection.createArrayOf("text", kinds));
            insert.setArray(2, connection.createArrayOf("text", externalIds));
            try (ResultSet ids = insert.executeQuery()) {
                while (ids.next()) {
                    inserted.add(ids.getInt(1));
                }
            }
        }
        return inserted;
    }

    private void describe(Connection connection, List<DeviceDefinition> definitions) throws SQLException {
        String sql = "UPDATE fieldwatch.device SET name = ?, area = ?, lat = ?, lon = ?, described_at = now()"
                + " WHERE kind = ? AND external_id = ?"
                + " AND (name, area, lat, lon) IS DISTINCT FROM (?::text, ?::text, ?::float8, ?::float8)";
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            boolean any = false;
            for (DeviceDefinition definition : definitions) {
                Kind kind = catalogue.kindOrNull(definition.kind());
                if (kind == null || !definition.described()) {
                    continue;
                }
                for (int first : new int[] {1, 7}) {
                    update.setString(first, Sql.clean(definition.name()));
                    update.setString(first + 1, Sql.clean(definition.area()));
                    update.setObject(first + 2, Sql.nullWhenNaN(definition.lat()), java.sql.Types.DOUBLE);
                    update.setObject(first + 3, Sql.nullWhenNaN(definition.lon()), java.sql.Types.DOUBLE);
                }
                update.setString(5, kind.name());
                update.setString(6, Sql.clean(definition.externalId()));
                update.addBatch();
                any = true;
            }
            if (any) {
                update.executeBatch();
            }
        }
    }

    private void setId(int number, int id) {
        if (number >= ids.length) {
            ids = Arrays.copyOf(ids, Math.max(number + 1, ids.length * 2));
        }
        ids[number] = id;
    }
}
