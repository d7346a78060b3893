package io.fieldwatch.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fieldwatch demo}: everything in one process on this machine. */
@Command(
        name = "demo",
        description = {
            "Runs everything on this machine: a database, the engine, the console and a simulated Son La.",
            "With --for it stops by itself, compares what the devices were told with what is stored, and exits 0 only"
                    + " when nothing is lost or doubled."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class DemoCommand implements Callable<Integer> {

    @Option(names = "--devices", paramLabel = "N", description = "devices in the city")
    private int devices = 200;

    @Option(names = "--rate", paramLabel = "OBS_PER_S", description = "observations a second, all devices together")
    private int rate = 400;

    @Option(names = "--for", paramLabel = "TIME", description = "stop after this time, such as 30s; else at Ctrl-C")
    private @Nullable Duration duration;

    @Option(names = "--db", paramLabel = "URL", description = "a database of your own instead of the embedded one")
    private @Nullable String url;

    @Option(names = "--mqtt-port", paramLabel = "P", description = "0 for any free port")
    private int mqttPort = 1883;

    @Option(names = "--http-port", paramLabel = "P", description = "0 for any free port")
    private int httpPort = 8080;

    @Option(names = "--data-dir", paramLabel = "D", description = "logs, ledger and embedded database")
    private Path dataDir = Path.of("data", "demo");

    @Option(names = "--seed", paramLabel = "S", description = "the city that this number makes")
    private long seed = 1;

    @Override
    public Integer call() throws Exception {
        Demo demo = new Demo(new Demo.Options(devices, rate, duration, url, mqttPort, httpPort, dataDir, seed));
        return demo.run() ? 0 : 1;
    }
}
