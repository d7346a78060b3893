package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.UUID;

/** The files of one log: its id, its lock and its segments. */
final class LogDirectory implements AutoCloseable {

    private static final String ID_FILE = "log.id";
    private static final String SUFFIX = ".log";

    private final Path directory;
    private final FileChannel lockChannel;
    private final UUID id;
    private final int segmentBytes;

    private LogDirectory(Path directory, FileChannel lockChannel, UUID id, int segmentBytes) {
        this.directory = directory;
        this.lockChannel = lockChannel;
        this.id = id;
        this.segmentBytes = segmentBytes;
    }

    /**
     * Opens the directory for this process alone, making it when it is missing.
     *
     * @throws IOException when another process has it or its files are not a log's
     */
    static LogDirectory open(Path directory, int segmentBytesOfANewLog) throws IOException {
        Files.createDirectories(directory);
        FileChannel channel = lock(directory);
        try {
            Path idFile = directory.resolve(ID_FILE);
            if (!Files.exists(idFile)) {
                if (!bases(directory).isEmpty()) {
                    throw new IOException(directory + " has segments but no " + ID_FILE);
                }
                writeAtomically(
                        idFile,
                        ByteBuffer.wrap((UUID.randomUUID() + " " + segmentBytesOfANewLog + "\n")
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            }
            String[] words = Files.readString(idFile).strip().split(" ");
            return new LogDirectory(directory, channel, UUID.fromString(words[0]), Integer.parseInt(words[1]));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException(directory + " is in use by this very process", e);
        }
        channel.close();
        throw new IOException(directory + " is in use by another process");
    }

    UUID id() {
        return id;
    }

    int segmentBytes() {
        return segmentBytes;
    }

    Path segment(long base) {
        return directory.resolve(String.format(Locale.ROOT, "%020d%s", base, SUFFIX));
    }

    NavigableSet<Long> bases() throws IOException {
        return bases(directory);
    }

    private static NavigableSet<Long> bases(Path directory) throws IOException {
        NavigableSet<Long> bases = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                bases.add(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())));
            }
        }
        return bases;
    }

    /** Makes a segment with its header and its full size on stable storage before anybody can see it. */
    void createSegment(long base) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(64 * 1024).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        RecordFormat.putHeader(bytes, id, base);
        Path partial = directory.resolve("next.partial");
        try (FileChannel channel = FileChannel.open(
                partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            // Zeros are written, not skipped: a later force then changes no size and no block map, so that it costs one
            // flush, and a full disk shows here and not in the middle of a batch.
            for (int at = 0; at < segmentBytes; at += bytes.capacity()) {
                bytes.clear().limit(Math.min(bytes.capacity(), segmentBytes - at));
                write(channel, bytes, at);
                if (at == 0) {
                    bytes.clear().put(new byte[RecordFormat.HEADER_BYTES]);
                }
            }
            channel.force(true);
        }
        Files.move(partial, segment(base), StandardCopyOption.ATOMIC_MOVE);
        forceDirectory();
    }

    void deleteSegment(long base) throws IOException {
        Files.deleteIfExists(segment(base));
        forceDirectory();
    }

    /** Replaces a small file so that a crash leaves either the old or the new content. */
    static void writeAtomically(Path file, ByteBuffer content) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try (FileChannel channel = FileChannel.open(
                partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            write(channel, content, 0);
            channel.force(true);
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            force(parent);
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    private void forceDirectory() throws IOException {
        force(directory);
    }

    /** A new or renamed file is only surely there after its directory has been forced. */
    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    Path resolve(String file) {
        return directory.resolve(file);
    }

    @Override
    public void close() throws IOException {
        lockChannel.close();
    }
}
