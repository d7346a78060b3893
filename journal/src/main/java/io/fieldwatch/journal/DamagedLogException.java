package io.fieldwatch.journal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What the disk gives back is not what was put on stable storage. Nothing was changed; whoever meets it restores the
 * file or takes the log out of service, for going on would lose entries without a word.
 */
public final class DamagedLogException extends IOException {

    private static final long serialVersionUID = 1;

    private final String file;
    private final long position;
    private final String what;

    DamagedLogException(Path file, long position, String what) {
        super(file + ", position " + position + ": " + what);
        this.file = file.toString();
        this.position = position;
        this.what = what;
    }

    DamagedLogException(Path file, long position, String what, Throwable cause) {
        this(file, position, what);
        initCause(cause);
    }

    /** The damaged file, or the log's directory where one is missing. */
    public Path file() {
        return Path.of(file);
    }

    /** The message without file and position. */
    String what() {
        return what;
    }

    /** Position in the log of the first entry that cannot be trusted. */
    public long position() {
        return position;
    }
}
