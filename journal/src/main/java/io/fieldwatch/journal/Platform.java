package io.fieldwatch.journal;

import io.fieldwatch.telemetry.Clock;

/** What a log stands on, so that a test can put something else under it. */
record Platform(Disk disk, Clock clock) {

    static Platform real() {
        return new Platform(new Disk(), Clock.system());
    }
}
