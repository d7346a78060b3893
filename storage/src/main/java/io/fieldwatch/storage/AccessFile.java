package io.fieldwatch.storage;

import io.fieldwatch.telemetry.access.AccessList;
import io.fieldwatch.telemetry.access.Credential;
import io.fieldwatch.telemetry.access.Principal;
import io.fieldwatch.telemetry.access.TokenHash;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An {@link AccessList} on local disk, so that devices are known also after a restart without the database. It has hashes,
 * no tokens, and only its owner may read it. Written whole and moved into place; a file that is not as it was written is
 * refused.
 */
final class AccessFile {

    private static final int MAGIC = 0x46574131; // "FWA1"

    private final Path file;

    AccessFile(Path file) {
        this.file = file;
    }

    void write(AccessList list) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeLong(list.version());
            out.writeInt(list.credentials().size());
            for (Credential credential : list.credentials()) {
                write(out, credential);
            }
            out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory =
                FileChannel.open(Path.of(String.valueOf(file.toAbsolutePath().getParent())))) {
            directory.force(true);
        }
    }

    /**
     * Empty when there is no file.
     *
     * @throws IOException when it cannot be read or is damaged
     */
    Optional<AccessList> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(file);
        int body = bytes.length - Long.BYTES;
        if (body < 16 || ByteBuffer.wrap(bytes).getLong(body) != checksum(bytes, body)) {
            throw new IOException(file + " is damaged");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, body))) {
            if (in.readInt() != MAGIC) {
                throw new IOException(file + " is of another version");
            }
            long version = in.readLong();
            int count = in.readInt();
            List<Credential> credentials = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                credentials.add(credential(in));
            }
            return Optional.of(new AccessList(version, credentials));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    private static void write(DataOutputStream out, Credential credential) throws IOException {
        out.writeUTF(credential.principal().username());
        out.writeBoolean(credential.certificate());
        out.writeUTF(credential.fingerprint() == null ? "" : credential.fingerprint());
        out.writeInt(credential.tokens().size());
        for (TokenHash token : credential.tokens()) {
            out.write(token.salt());
            out.write(token.hash());
            out.writeLong(token.expiresMillis());
        }
        Map<String, Set<String>> devices = credential.principal().devices();
        out.writeInt(devices.size());
        for (Map.Entry<String, Set<String>> kind : devices.entrySet()) {
            out.writeUTF(kind.getKey());
            out.writeInt(kind.getValue().size());
            for (String device : kind.getValue()) {
                out.writeUTF(device);
            }
        }
    }

    private static Credential credential(DataInputStream in) throws IOException {
        String username = in.readUTF();
        boolean certificate = in.readBoolean();
        String fingerprint = in.readUTF();
        List<TokenHash> tokens = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            byte[] salt = in.readNBytes(TokenHash.SALT_BYTES);
            byte[] hash = in.readNBytes(32);
            tokens.add(new TokenHash(salt, hash, in.readLong()));
        }
        Map<String, Set<String>> devices = new HashMap<>();
        for (int kinds = in.readInt(); kinds > 0; kinds--) {
            String kind = in.readUTF();
            Set<String> ids = new HashSet<>();
            for (int left = in.readInt(); left > 0; left--) {
                ids.add(in.readUTF());
            }
            devices.put(kind, Set.copyOf(ids));
        }
        @Nullable String only = fingerprint.isEmpty() ? null : fingerprint;
        return new Credential(new Principal(username, Map.copyOf(devices)), tokens, certificate, only);
    }

    private static long checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }
}
