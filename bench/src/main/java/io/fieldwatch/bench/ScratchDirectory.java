package io.fieldwatch.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory under the working directory, deleted with all that is in it, also when the run is interrupted. */
final class ScratchDirectory implements AutoCloseable {

    private final Path path;
    private final Thread deleteAtExit = new Thread(this::deleteQuietly, "bench-delete");

    private ScratchDirectory(Path path) {
        this.path = path;
    }

    static ScratchDirectory create() throws IOException {
        ScratchDirectory made =
                new ScratchDirectory(Files.createTempDirectory(Path.of("").toAbsolutePath(), "bench"));
        Runtime.getRuntime().addShutdownHook(made.deleteAtExit);
        return made;
    }

    Path path() {
        return path;
    }

    /** Bytes that can still be written there. */
    long freeBytes() throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(deleteAtExit);
        } catch (IllegalStateException e) {
            return; // the machine is going down, and the hook deletes it
        }
        delete();
    }

    private void delete() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void deleteQuietly() {
        try {
            delete();
        } catch (NoSuchFileException e) {
            // It has been deleted meanwhile, which is what was wanted.
        } catch (IOException | UncheckedIOException e) {
            System.err.println(path + " is left over: " + e.getMessage());
        }
    }
}
