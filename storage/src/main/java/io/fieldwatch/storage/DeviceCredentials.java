package io.fieldwatch.storage;

import io.fieldwatch.telemetry.access.AccessList;
import io.fieldwatch.telemetry.access.Credential;
import io.fieldwatch.telemetry.access.Principal;
import io.fieldwatch.telemetry.access.TokenHash;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The registry of who may publish. Each change is one transaction with its record in the {@link CredentialLog}. Tokens are
 * answered once, when they are made, and kept only as hashes. Thread-safe.
 */
public final class DeviceCredentials {

    /** One of the registry, for people. */
    public record Listed(
            Principal principal,
            boolean gateway,
            int tokens,
            boolean certificate,
            Instant createdAt,
            @Nullable Instant revokedAt) {}

    private final Database database;

    public DeviceCredentials(Database database) {
        this.database = database;
    }

    /**
     * Lets somebody in, many at once if need be.
     *
     * @param who the user of the operating system who does it
     * @return their tokens by username; those who show a certificate have none
     * @throws IllegalArgumentException when one of them is there already, naming it; then nothing is changed
     */
    public Map<String, String> add(List<Enrolment> enrolments, String who) throws SQLException {
        Map<String, Enrolment> byUsername = new LinkedHashMap<>();
        for (Enrolment enrolment : enrolments) {
            String username = enrolment.principal().username();
            if (byUsername.put(username, enrolment) != null) {
                throw new IllegalArgumentException(username + " is there twice");
            }
        }
        Map<String, String> tokens = new LinkedHashMap<>();
        change(connection -> {
            makeRoom(connection, byUsername.keySet());
            insertCredentials(connection, byUsername);
            insertPermissions(connection, byUsername);
            for (Enrolment enrolment : byUsername.values()) {
                if (!enrolment.certificate()) {
                    tokens.put(enrolment.principal().username(), TokenHash.newToken());
                }
            }
            insertTokens(connection, tokens);
            CredentialLog.append(connection, who, "ADD", byUsername.keySet());
        });
        return tokens;
    }

    /**
     * Gives a new token. The one before stays valid for the overlap; one older than that is not valid any more.
     *
     * @throws IllegalArgumentException when there is no such user, or it shows a certificate instead
     */
    public String rotate(String username, Duration overlap, String who) throws SQLException {
        String token = TokenHash.newToken();
        change(connection -> {
            if (requireUser(connection, username)) {
                throw new IllegalArgumentException(username + " has no token: it shows a client certificate");
            }
            update(
                    connection,
                    "DELETE FROM fieldwatch.device_token WHERE username = ? AND id NOT IN (SELECT max(id) FROM"
                            + " fieldwatch.device_token WHERE username = ?)",
                    username,
                    username);
            update(
                    connection,
                    "UPDATE fieldwatch.device_token SET expires_at = least(expires_at, now() + " + Sql.interval(overlap)
                            + ") WHERE username = ?",
                    username);
            insertTokens(connection, Map.of(username, token));
            CredentialLog.append(connection, who, "ROTATE", List.of(username));
        });
        return token;
    }

    /**
     * Lets somebody in no more; who is connected is disconnected.
     *
     * @throws IllegalArgumentException when there is no such user
     */
    public void revoke(String username, String who) throws SQLException {
        change(connection -> {
            boolean unused = requireUser(connection, username);
            update(
                    connection,
                    "UPDATE fieldwatch.device_credential SET revoked_at = now() WHERE username = ?",
                    username);
            update(connection, "DELETE FROM fieldwatch.device_token WHERE username = ?", username);
            CredentialLog.append(connection, who, "REVOKE", List.of(username));
        });
    }

    /** All that were ever let in, by username. */
    public List<Listed> list() throws SQLException {
        List<Listed> all = new ArrayList<>();
        read(connection -> {
            Map<String, Map<String, Set<String>>> devices = devices(connection);
            String sql = "SELECT username, gateway, certificate, created_at, revoked_at, (SELECT count(*) FROM"
                    + " fieldwatch.device_token t WHERE t.username = c.username AND (expires_at IS NULL OR expires_at"
                    + " > now())) FROM fieldwatch.device_credential c ORDER BY username";
            try (Statement query = connection.createStatement();
                    ResultSet rows = query.executeQuery(sql)) {
                while (rows.next()) {
                    String username = rows.getString(1);
                    @Nullable OffsetDateTime revoked = rows.getObject(5, OffsetDateTime.class);
                    all.add(new Listed(
                            new Principal(username, devices.getOrDefault(username, Map.of())),
                            rows.getBoolean(2),
                            rows.getInt(6),
                            rows.getBoolean(3),
                            rows.getObject(4, OffsetDateTime.class).toInstant(),
                            revoked == null ? null : revoked.toInstant()));
                }
            }
        });
        return all;
    }

    /** The number of the first record of a change that was altered afterwards; empty when none was. */
    public OptionalLong firstAlteredRecord() throws SQLException {
        OptionalLong[] found = {OptionalLong.empty()};
        read(connection -> found[0] = CredentialLog.firstAltered(connection));
        return found[0];
    }

    /** Null when nothing has changed since that version. */
    @Nullable
    AccessList loadUnless(long version) throws SQLException {
        @Nullable AccessList[] loaded = {null};
        read(connection -> {
            long now = CredentialLog.version(connection);
            if (now != version) {
                loaded[0] = load(connection, now);
            }
        });
        return loaded[0];
    }

    private static AccessList load(Connection connection, long version) throws SQLException {
        Map<String, Map<String, Set<String>>> devices = devices(connection);
        Map<String, List<TokenHash>> tokens = tokens(connection);
        List<Credential> credentials = new ArrayList<>();
        String sql = "SELECT username, certificate, fingerprint FROM fieldwatch.device_credential"
                + " WHERE revoked_at IS NULL";
        try (Statement query = connection.createStatement();
                ResultSet rows = query.executeQuery(sql)) {
            while (rows.next()) {
                String username = rows.getString(1);
                credentials.add(new Credential(
                        new Principal(username, devices.getOrDefault(username, Map.of())),
                        tokens.getOrDefault(username, List.of()),
                        rows.getBoolean(2),
                        rows.getString(3)));
            }
        }
        return new AccessList(version, credentials);
    }

    private static Map<String, Map<String, Set<String>>> devices(Connection connection) throws SQLException {
        Map<String, Map<String, Set<String>>> devices = new HashMap<>();
        try (Statement query = connection.createStatement();
                ResultSet rows = query.executeQuery(
                        "SELECT username, kind, external_id FROM fieldwatch.device_permission ORDER BY 1, 2, 3")) {
            while (rows.next()) {
                devices.computeIfAbsent(rows.getString(1), username -> new TreeMap<>())
                        .computeIfAbsent(rows.getString(2), kind -> new TreeSet<>())
                        .add(rows.getString(3));
            }
        }
        devices.replaceAll((username, kinds) -> {
            kinds.replaceAll((kind, ids) -> Set.copyOf(ids));
            return Map.copyOf(kinds);
        });
        return devices;
    }

    /** The latest valid ones of each, no more than a credential can have. */
    private static Map<String, List<TokenHash>> tokens(Connection connection) throws SQLException {
        Map<String, List<TokenHash>> tokens = new HashMap<>();
        String sql = "SELECT username, salt, hash, expires_at FROM fieldwatch.device_token"
                + " WHERE expires_at IS NULL OR expires_at > now() ORDER BY id DESC";
        try (Statement query = connection.createStatement();
                ResultSet rows = query.executeQuery(sql)) {
            while (rows.next()) {
                List<TokenHash> ofUser = tokens.computeIfAbsent(rows.getString(1), username -> new ArrayList<>(1));
                if (ofUser.size() < Credential.TOKENS_MAX) {
                    @Nullable OffsetDateTime expires = rows.getObject(4, OffsetDateTime.class);
                    long millis = expires == null
                            ? Long.MAX_VALUE
                            : expires.toInstant().toEpochMilli();
                    ofUser.add(new TokenHash(rows.getBytes(2), rows.getBytes(3), millis));
                }
            }
        }
        return tokens;
    }

    /** Whoever was revoked may come again; whoever is there may not be replaced unseen. */
    private static void makeRoom(Connection connection, Set<String> usernames) throws SQLException {
        Array names = connection.createArrayOf("text", usernames.toArray());
        String sql = "SELECT min(username) FROM fieldwatch.device_credential WHERE username = ANY (?)"
                + " AND revoked_at IS NULL";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setArray(1, names);
            try (ResultSet rows = query.executeQuery()) {
                rows.next();
                @Nullable String there = rows.getString(1);
                if (there != null) {
                    throw new IllegalArgumentException(there + " is there already; rotate gives it a new token");
                }
            }
        }
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM fieldwatch.device_credential WHERE username = ANY (?)")) {
            delete.setArray(1, names);
            delete.executeUpdate();
        }
    }

    private static void insertCredentials(Connection connection, Map<String, Enrolment> byUsername)
            throws SQLException {
        String sql = "INSERT INTO fieldwatch.device_credential (username, gateway, certificate, fingerprint)"
                + " VALUES (?, ?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (Enrolment enrolment : byUsername.values()) {
                insert.setString(1, enrolment.principal().username());
                insert.setBoolean(2, enrolment.gateway());
                insert.setBoolean(3, enrolment.certificate());
                insert.setString(4, enrolment.fingerprint());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void insertPermissions(Connection connection, Map<String, Enrolment> byUsername)
            throws SQLException {
        String sql = "INSERT INTO fieldwatch.device_permission (username, kind, external_id) VALUES (?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (Enrolment enrolment : byUsername.values()) {
                for (Map.Entry<String, Set<String>> kind :
                        enrolment.principal().devices().entrySet()) {
                    for (String device : kind.getValue()) {
                        insert.setString(1, enrolment.principal().username());
                        insert.setString(2, kind.getKey());
                        insert.setString(3, device);
                        insert.addBatch();
                    }
                }
            }
            insert.executeBatch();
        }
    }

    private static void insertTokens(Connection connection, Map<String, String> tokens) throws SQLException {
        String sql = "INSERT INTO fieldwatch.device_token (username, salt, hash) VALUES (?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (Map.Entry<String, String> token : tokens.entrySet()) {
                TokenHash hash = TokenHash.of(token.getValue(), Long.MAX_VALUE);
                insert.setString(1, token.getKey());
                insert.setBytes(2, hash.salt());
                insert.setBytes(3, hash.hash());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Answers whether it shows a certificate instead of a token. */
    private static boolean requireUser(Connection connection, String username) throws SQLException {
        String sql = "SELECT certificate FROM fieldwatch.device_credential WHERE username = ? AND revoked_at IS NULL";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, username);
            try (ResultSet rows = query.executeQuery()) {
                if (!rows.next()) {
                    throw new IllegalArgumentException("there is no user " + username);
                }
                return rows.getBoolean(1);
            }
        }
    }

    private static void update(Connection connection, String sql, String... usernames) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            for (int i = 0; i < usernames.length; i++) {
                update.setString(i + 1, usernames[i]);
            }
            update.executeUpdate();
        }
    }

    /** Something done in one transaction. */
    private interface Work {
        void with(Connection connection) throws SQLException;
    }

    private void change(Work work) throws SQLException {
        transaction(connection -> {
            CredentialLog.lock(connection);
            work.with(connection);
        });
    }

    private void read(Work work) throws SQLException {
        transaction(connection -> {
            // All queries see the registry as of one moment.
            Database.execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            work.with(connection);
        });
    }

    private void transaction(Work work) throws SQLException {
        database.prepare();
        Connection connection = database.writer();
        try {
            work.with(connection);
            connection.commit();
            connection.close();
        } catch (SQLException | RuntimeException e) {
            database.discard(connection);
            throw e;
        }
    }
}
