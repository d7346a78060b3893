package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The calls that durability hangs on, in one place so that a test can count them and make them fail. */
class Disk {

    /** Writes at the channel's own position; may write only a part. */
    void write(FileChannel file, ByteBuffer[] buffers, int offset, int count) throws IOException {
        if (file.write(buffers, offset, count) < 0) {
            throw new IOException("the file takes no bytes");
        }
    }

    /** Allocates a part of a new segment by writing zeros; may write only a part. */
    void allocate(FileChannel file, ByteBuffer zeros) throws IOException {
        if (file.write(zeros) < 0) {
            throw new IOException("the file takes no bytes");
        }
    }

    /** What the disk under a directory has room for, in bytes. */
    long usableBytes(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** Puts the data on stable storage: fdatasync, the file's length must be settled. */
    void force(FileChannel file) throws IOException {
        file.force(false);
    }

    /** Puts data, length and allocation on stable storage: fsync. */
    void forceAll(FileChannel file) throws IOException {
        file.force(true);
    }

    /** Makes creations, renames and deletions in the directory survive a loss of power. */
    void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Gives a file whose content is on stable storage its name, replacing what had it; survives a loss of power. */
    void publish(Path temporary, Path name) throws IOException {
        Files.move(temporary, name, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory(parent(name));
    }

    /** Replaces a small file by new content, whole or not at all. */
    void replace(Path name, ByteBuffer content) throws IOException {
        Path temporary = name.resolveSibling(name.getFileName() + SegmentDirectory.TEMPORARY);
        try (FileChannel file = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (content.hasRemaining()) {
                write(file, new ByteBuffer[] {content}, 0, 1);
            }
            forceAll(file);
        }
        publish(temporary, name);
    }

    private static Path parent(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IOException(file + " has no directory");
        }
        return parent;
    }
}
