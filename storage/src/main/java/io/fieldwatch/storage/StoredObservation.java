package io.fieldwatch.storage;

import java.util.Map;

/**
 * One observation as it is in the database.
 *
 * @param timeMicros microseconds since 1970
 * @param values by property name, only what is not null: Double, Long, Boolean or, for a code, its String
 * @param copies rows with this identity; anything but 1 is a fault
 */
public record StoredObservation(
        String externalId, long timeMicros, int quality, Map<String, Object> values, int copies) {}
