package io.fieldwatch.storage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The TimescaleDB extension of a database.
 *
 * @param version as it says, for example {@code 2.19.3}
 * @param license {@code apache} or {@code timescale}
 * @param settings the names of its settings, without {@code timescaledb.}
 */
record Timescale(String version, String license, Set<String> settings) {

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

    Timescale {
        settings = Set.copyOf(settings);
    }

    /** Of a session that has the extension loaded. */
    static Timescale read(Connection connection) throws SQLException {
        String version = "";
        String license = "";
        Set<String> settings = new HashSet<>();
        String sql = "SELECT (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),"
                + " current_setting('timescaledb.license'), substr(name, 13) FROM pg_settings"
                + " WHERE name LIKE 'timescaledb.%'";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                version = rows.getString(1);
                license = rows.getString(2);
                settings.add(rows.getString(3));
            }
        }
        return new Timescale(version, license, settings);
    }

    /** The columnstore has had its present names since 2.18. */
    Edition edition() {
        return community() && atLeast(2, 18) ? Edition.TIMESCALE_COMMUNITY : Edition.TIMESCALE_APACHE;
    }

    boolean community() {
        return !"apache".equals(license);
    }

    boolean atLeast(int major, int minor) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return false;
        }
        int ownMajor = Integer.parseInt(matcher.group(1));
        return ownMajor > major || (ownMajor == major && Integer.parseInt(matcher.group(2)) >= minor);
    }
}
