package io.fieldwatch.console;

import io.vertx.core.buffer.Buffer;

/** One event of a stream of server-sent events (WHATWG HTML, section 9.2). */
final class SseFrame {

    private SseFrame() {}

    /** An event whose number the browser sends back as {@code Last-Event-ID} when it has to connect anew. */
    static Buffer of(String event, long number, Json.Content data) {
        return Buffer.buffer("id: " + number + "\n").appendBuffer(of(event, data));
    }

    static Buffer of(String event, Json.Content data) {
        // JSON has no raw line breaks, so the data is always one line.
        return Buffer.buffer("event: " + event + "\ndata: ")
                .appendBuffer(Json.of(data))
                .appendString("\n\n");
    }
}
