package io.fieldwatch.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.OptionalLong;

/**
 * The record of every change of a credential: each row's hash covers the row before, so a row that is altered or taken out
 * breaks the chain. Whoever changes credentials holds its lock until the end of the transaction; so rows become visible in
 * the order of their numbers, and the highest number says whether anything has changed.
 */
final class CredentialLog {

    private static final byte[] BEGINNING = new byte[32];

    private CredentialLog() {}

    /** To be called before any change, in its transaction. */
    static void lock(Connection connection) throws SQLException {
        Database.execute(connection, "LOCK TABLE fieldwatch.device_credential_event IN EXCLUSIVE MODE");
    }

    static void append(Connection connection, String who, String action, Collection<String> usernames)
            throws SQLException {
        byte[] previous = last(connection);
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        String sql = "INSERT INTO fieldwatch.device_credential_event (time, who, action, username, previous, hash)"
                + " VALUES (?, ?, ?, ?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (String username : usernames) {
                byte[] hash = hash(previous, now, who, action, username);
                insert.setObject(1, Sql.time(micros(now)));
                insert.setString(2, who);
                insert.setString(3, action);
                insert.setString(4, username);
                insert.setBytes(5, previous);
                insert.setBytes(6, hash);
                insert.addBatch();
                previous = hash;
            }
            insert.executeBatch();
        }
    }

    /** Grows with each change; 0 when there has been none. */
    static long version(Connection connection) throws SQLException {
        try (Statement query = connection.createStatement();
                ResultSet rows =
                        query.executeQuery("SELECT coalesce(max(id), 0) FROM fieldwatch.device_credential_event")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** The number of the first row that is not as it was written; empty when all are. */
    static OptionalLong firstAltered(Connection connection) throws SQLException {
        byte[] previous = BEGINNING;
        String sql = "SELECT id, time, who, action, username, previous, hash FROM fieldwatch.device_credential_event"
                + " ORDER BY id";
        try (Statement query = connection.createStatement();
                ResultSet rows = query.executeQuery(sql)) {
            while (rows.next()) {
                Instant time = rows.getObject(2, OffsetDateTime.class).toInstant();
                byte[] hash = hash(previous, time, rows.getString(3), rows.getString(4), rows.getString(5));
                if (!MessageDigest.isEqual(previous, rows.getBytes(6))
                        || !MessageDigest.isEqual(hash, rows.getBytes(7))) {
                    return OptionalLong.of(rows.getLong(1));
                }
                previous = hash;
            }
        }
        return OptionalLong.empty();
    }

    private static byte[] last(Connection connection) throws SQLException {
        String sql = "SELECT hash FROM fieldwatch.device_credential_event ORDER BY id DESC LIMIT 1";
        try (Statement query = connection.createStatement();
                ResultSet rows = query.executeQuery(sql)) {
            return rows.next() ? rows.getBytes(1) : BEGINNING;
        }
    }

    private static byte[] hash(byte[] previous, Instant time, String who, String action, String username) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(previous);
            sha.update(ByteBuffer.allocate(8).putLong(0, micros(time)));
            for (String text : new String[] {who, action, username}) {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                sha.update(ByteBuffer.allocate(4).putInt(0, utf8.length));
                sha.update(utf8);
            }
            return sha.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }
}
