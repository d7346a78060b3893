package io.fieldwatch.server;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code simulate --load} has beside the options of the city. */
final class LoadOptions {

    @Option(names = "--load", description = "many bare connections on one schedule instead of the city; measures")
    boolean load;

    @Option(names = "--connections", paramLabel = "N", description = "how many; makes it a load (default 100)")
    @Nullable
    Integer connections;

    @Option(names = "--devices-per-connection", paramLabel = "D", description = "more than 1 makes gateways")
    int devicesEach = 1;

    @Option(names = "--idle", description = "load: publish nothing, only stay connected")
    boolean idle;

    @Option(names = "--qos", paramLabel = "Q", description = "load: 0 or 1")
    int qos = 1;

    @Option(names = "--mqtt-version", paramLabel = "V", description = "load: 4 (3.1.1) or 5")
    int version = 5;

    @Option(names = "--window", paramLabel = "W", description = "load: messages unacknowledged per connection")
    int window = 64;

    @Option(names = "--threads", paramLabel = "T", description = "load: event loops")
    int threads = 1;

    @Option(names = "--warm-up", paramLabel = "T", description = "load: time at the beginning that no figure has")
    Duration warmUp = Duration.ZERO;

    @Option(names = "--connect-rate", paramLabel = "R", description = "load: connections begun per second")
    int connectRate = 5_000;

    @Option(
            names = "--credentials",
            paramLabel = "FILE",
            description = "load: lines of user name, tab, token, as device add --from writes them")
    @Nullable
    Path credentials;

    @Option(names = "--ca", paramLabel = "FILE", description = "load with mqtts://: who signed the server; any without")
    @Nullable
    Path authority;

    @Option(names = "--json", paramLabel = "FILE", description = "load: the result as JSON, - for standard output")
    @Nullable
    String json;

    boolean isLoad() {
        return load || connections != null;
    }
}
