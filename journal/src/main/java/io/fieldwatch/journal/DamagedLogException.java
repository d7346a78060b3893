package io.fieldwatch.journal;

import java.io.IOException;

/**
 * A log has a damaged record that is no torn end: bytes that were on stable storage have changed. Cutting there would
 * lose acknowledged entries silently, so a person has to decide.
 */
public final class DamagedLogException extends IOException {

    private static final long serialVersionUID = 1L;

    DamagedLogException(String message) {
        super(message);
    }
}
