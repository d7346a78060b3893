package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The file of the segment being written: where a test can make the disk fail. One thread. */
interface SegmentFile extends AutoCloseable {

    /** Writes all of the buffer at an offset. */
    void write(ByteBuffer bytes, long offset) throws IOException;

    /** Returns when everything written is on stable storage. */
    void force() throws IOException;

    @Override
    void close() throws IOException;

    /** How the log opens its files for writing. */
    interface Opener {
        SegmentFile open(Path file) throws IOException;
    }

    /** A file on disk. {@code force(false)} is fdatasync: the size does not change after preallocation. */
    final class OnDisk implements SegmentFile {

        private final FileChannel channel;

        OnDisk(Path file) throws IOException {
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
        }

        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            long at = offset;
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
