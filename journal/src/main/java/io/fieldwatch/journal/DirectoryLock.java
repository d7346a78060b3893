package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second log, of this or another process, out of a directory.
 *
 * <p>The set is needed beside the file lock: POSIX drops a process's lock on a file as soon as the process closes any
 * descriptor of it, so a refused second attempt in this process must not even open the file.
 */
final class DirectoryLock implements AutoCloseable {

    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel file;

    private DirectoryLock(Path directory, FileChannel file) {
        this.directory = directory;
        this.file = file;
    }

    static DirectoryLock take(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD.add(real)) {
            throw new IOException("the log in " + real + " is already open in this process");
        }
        FileChannel file = null;
        boolean taken = false;
        try {
            file = FileChannel.open(real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = file.tryLock();
            if (lock == null) {
                throw new IOException("the log in " + real + " is open in another process");
            }
            taken = true;
            return new DirectoryLock(real, file);
        } finally {
            if (!taken) {
                HELD.remove(real);
                if (file != null) {
                    file.close();
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            HELD.remove(directory);
        }
    }
}
