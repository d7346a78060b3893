package io.fieldwatch.server;

import io.fieldwatch.simulator.Gateways;
import io.fieldwatch.simulator.MqttVersions;
import io.fieldwatch.simulator.SimulationConfig;
import io.fieldwatch.simulator.SimulationStatus;
import io.fieldwatch.simulator.load.LoadConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fieldwatch simulate}: the city against any broker. */
@Command(
        name = "simulate",
        description = "Publishes a simulated Son La over MQTT to any broker or to fieldwatch.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class SimulateCommand implements Callable<Integer> {

    @Option(names = "--broker", required = true, paramLabel = "mqtt://H:P")
    private URI broker = URI.create("mqtt://127.0.0.1:1883");

    @Option(names = "--devices", paramLabel = "N")
    private int devices = 200;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "observations a second, all devices together; in a load 0 is as fast as acknowledged")
    private double rate = 400;

    @Option(names = "--for", paramLabel = "T", description = "stop after this time, such as 10m; else at Ctrl-C")
    private @Nullable Duration duration;

    @Option(names = "--seed", paramLabel = "S")
    private long seed = 1;

    @Option(names = "--scenario", paramLabel = "NAME", description = "sonla-demo (incidents) or sonla-quiet (none)")
    private String scenario = SimulationConfig.SONLA_DEMO;

    @Option(names = "--batch", paramLabel = "K", description = "observations in a message; more than 1 makes arrays")
    private int batch = 1;

    @Option(names = "--mixed", description = "half of the gateways send single observations, whatever --batch says")
    private boolean mixed;

    @Option(names = "--reconnect-max", paramLabel = "T", description = "longest pause between two tries to connect")
    private Duration reconnectMax = Duration.ofSeconds(3);

    @Option(names = "--ledger", paramLabel = "FILE", description = "write what was published and acknowledged")
    private @Nullable Path ledger;

    @Option(names = "--quiet", description = "no live line")
    private boolean quiet;

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        if (load.isLoad()) {
            return LoadClientRun.run(loadConfig(), !quiet && CityRun.onTerminal(), load.json);
        }
        try (StopSignal stop = new StopSignal()) {
            SimulationStatus end = CityRun.run(config(), stop, () -> {});
            System.out.println(end.summary());
            return end.published() == end.acked() ? 0 : 1;
        }
    }

    private LoadConfig loadConfig() {
        requireBroker(Set.of("mqtt", "tcp", "mqtts"));
        boolean tls = "mqtts".equals(broker.getScheme());
        int port = broker.getPort() >= 0 ? broker.getPort() : tls ? 8883 : 1883;
        try {
            return new LoadConfig(
                    new LoadConfig.Target(broker.getHost(), port, tls, load.authority, load.credentials),
                    load.connections == null ? 100 : load.connections,
                    load.devicesEach,
                    rate,
                    load.idle,
                    batch,
                    load.qos,
                    load.version,
                    load.window,
                    load.connectRate,
                    load.warmUp,
                    duration,
                    load.threads,
                    seed,
                    ledger);
        } catch (IllegalArgumentException e) {
            throw new Main.Failure(String.valueOf(e.getMessage()), e);
        }
    }

    private void requireBroker(Set<String> schemes) {
        if (broker.getHost() == null || !schemes.contains(String.valueOf(broker.getScheme()))) {
            throw new Main.Failure("--broker must be like mqtt://127.0.0.1:1883, but is " + broker);
        }
    }

    private SimulationConfig config() {
        requireBroker(Set.of("mqtt", "tcp"));
        try {
            return SimulationConfig.to(broker.getHost(), broker.getPort() < 0 ? 1883 : broker.getPort())
                    .withLoad(devices, rate)
                    .withBatch(batch)
                    .withGateways(new Gateways(MqttVersions.BOTH, mixed, reconnectMax))
                    .withSeed(seed)
                    .withScenario(scenario)
                    .withDuration(duration)
                    .withLedger(ledger);
        } catch (IllegalArgumentException e) {
            throw new Main.Failure(String.valueOf(e.getMessage()), e);
        }
    }
}
