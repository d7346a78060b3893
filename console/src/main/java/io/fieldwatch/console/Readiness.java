package io.fieldwatch.console;

import java.util.List;

/** Asked by {@code /readyz}. Called on a worker thread, possibly by several at once; may wait for a second or two. */
@FunctionalInterface
public interface Readiness {

    /** What has to be well for the engine to do its work; ready is when all are. */
    List<Check> checks();

    /**
     * One thing that was looked at.
     *
     * @param name such as {@code journal} or {@code database}
     * @param detail in words for operators; empty when there is nothing to say
     */
    record Check(String name, boolean ok, String detail) {}
}
