package io.fieldwatch.simulator.ledger;

import io.fieldwatch.telemetry.Kind;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Every observation that was published and whether it was acknowledged, in an append-only file.
 *
 * <p>Each call has reached the operating system when it returns, so the ledger survives {@code kill -9} of its process;
 * it does not {@code fsync} and does not claim to survive the machine.
 *
 * <p>The form, version 1, is UTF-8 text. The first line is {@code fieldwatch-ledger}, a tab and the version. Each
 * further line is one record, its fields separated by tabs:
 *
 * <pre>
 * I  NUMBER  KIND  DEVICE  TIME_MICROS  JSON    an observation is about to be published (invoked)
 * A  NUMBER  COUNT                              COUNT observations from NUMBER on are acknowledged
 * </pre>
 *
 * Numbers count the observations of the file from 0. A last line without its line feed was torn by a crash: readers
 * leave it out, and opening the file for appending cuts it off.
 *
 * <p>Thread-safe. One process at a time can have a ledger open.
 */
public final class Ledger implements Closeable {

    static final String HEADER = "fieldwatch-ledger\t1\n";

    private final Path path;
    private final FileOutputStream out;
    private final FileLock lock;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(4096);
    private long nextNumber;

    private Ledger(Path path, FileOutputStream out, FileLock lock, long nextNumber) {
        this.path = path;
        this.out = out;
        this.lock = lock;
        this.nextNumber = nextNumber;
    }

    /**
     * Begins a new ledger or goes on with an existing one.
     *
     * @throws IOException when the file is not a ledger, is damaged, or is open elsewhere
     */
    public static Ledger open(Path path) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        FileOutputStream out = new FileOutputStream(path.toFile(), true);
        try {
            FileLock lock = lock(path, out.getChannel());
            LedgerFile.Extent extent = LedgerFile.measure(path);
            cut(path, extent.validBytes());
            if (extent.validBytes() == 0) {
                out.write(HEADER.getBytes(StandardCharsets.UTF_8));
            }
            return new Ledger(path, out, lock, extent.observations());
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
    }

    /**
     * Records that these observations of one device are about to be published. Call before the first byte leaves.
     *
     * @param payloads the JSON object of each; without raw tabs and line feeds, which JSON escapes
     * @return the number of the first; the others follow it
     */
    public synchronized long invoked(Kind kind, String device, long[] timesMicros, List<byte[]> payloads)
            throws IOException {
        if (timesMicros.length != payloads.size()) {
            throw new IllegalArgumentException(timesMicros.length + " times for " + payloads.size() + " payloads");
        }
        if (device.indexOf('\t') >= 0 || device.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("device id '" + device + "' has a tab or a line feed");
        }
        long first = nextNumber;
        line.reset();
        for (int i = 0; i < timesMicros.length; i++) {
            text("I\t" + (first + i) + '\t' + kind.name() + '\t' + device + '\t' + timesMicros[i] + '\t');
            line.writeBytes(payloads.get(i));
            line.write('\n');
        }
        // one write a call: a crash can tear only the end of it
        line.writeTo(out);
        nextNumber = first + timesMicros.length;
        return first;
    }

    /** Records that {@code count} observations from {@code first} on are acknowledged. */
    public synchronized void acked(long first, int count) throws IOException {
        if (first < 0 || count < 1 || first + count > nextNumber) {
            throw new IllegalArgumentException("observations " + first + " + " + count + " were never invoked");
        }
        line.reset();
        text("A\t" + first + '\t' + count + '\n');
        line.writeTo(out);
    }

    public Path path() {
        return path;
    }

    @Override
    public synchronized void close() throws IOException {
        if (lock.isValid()) {
            lock.release();
        }
        out.close();
    }

    private void text(String text) {
        line.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static FileLock lock(Path path, FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            throw new IOException("ledger " + path + " is open already", e);
        }
        throw new IOException("ledger " + path + " is open in another process");
    }

    private static void cut(Path path, long bytes) throws IOException {
        if (Files.size(path) > bytes) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(bytes);
            }
        }
    }
}
