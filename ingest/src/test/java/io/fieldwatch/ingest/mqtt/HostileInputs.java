package io.fieldwatch.ingest.mqtt;

import java.util.ArrayList;
import java.util.List;

/** All of them, in the order of their numbers. */
final class HostileInputs {

    private HostileInputs() {}

    static List<HostileInput> all() {
        List<HostileInput> all = new ArrayList<>();
        all.addAll(HostileConnections.all());
        all.addAll(HostilePackets.all());
        all.addAll(HostileTexts.all());
        all.addAll(HostileSessions.all());
        all.addAll(HostilePayloads.all());
        all.sort(java.util.Comparator.comparingInt(HostileInput::number));
        return all;
    }
}
