package io.fieldwatch.server;

import io.fieldwatch.telemetry.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fieldwatch serve}: the engine until SIGTERM, which drains it. */
@Command(
        name = "serve",
        description = "Runs the engine. SIGTERM stops it: what was acknowledged is stored or kept in the log.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

    private final EngineParts parts;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "configuration in YAML")
    private Path file = Path.of("fieldwatch.yaml");

    ServeCommand() {
        this(EngineParts.STANDARD);
    }

    ServeCommand(EngineParts parts) {
        this.parts = parts;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ServerConfig config = ConfigFile.read(file, System.getenv());
        CityData data = CityData.read(config);
        try (StopSignal stop = new StopSignal();
                Engine engine = Engine.start(config, data, Clock.system(), parts)) {
            System.out.println("MQTT " + config.mqtt().bind() + ":" + engine.mqttPort() + ", console http://"
                    + config.http().bind() + ":" + engine.httpPort() + "/");
            while (!stop.await(200)) {
                engine.endProcessIfALogFailed();
            }
        }
        return 0;
    }
}
