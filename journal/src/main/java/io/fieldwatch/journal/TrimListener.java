package io.fieldwatch.journal;

import java.io.IOException;

/** Carries over what must outlive a segment that is about to be deleted. */
@FunctionalInterface
public interface TrimListener {

    /** Nothing outlives its segment. */
    TrimListener NONE = entries -> {};

    /**
     * Called on the log's housekeeping thread, for one segment at a time and the oldest first. When it throws, the
     * segment stays and is offered again later.
     */
    void beforeTrim(SegmentScan entries) throws IOException;
}
