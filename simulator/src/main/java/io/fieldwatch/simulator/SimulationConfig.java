package io.fieldwatch.simulator;

import io.fieldwatch.simulator.city.City;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a simulation does. Begin with {@link #to} and change what differs.
 *
 * @param host of the MQTT broker or of fieldwatch
 * @param port its plain TCP port
 * @param devices 1 to {@link City#DEVICES_MAX}
 * @param rate observations per second of all devices together
 * @param batch observations in a message: 1 publishes objects, more publishes arrays
 * @param seed of the city and its noise
 * @param duration after which nothing more is published; null for until stopped
 * @param gateways how the gateways connect and pack
 * @param ledger where every observation and its fate is written; null for nowhere
 * @param scenario {@link #SONLA_DEMO} with incidents or {@link #SONLA_QUIET} without
 */
public record SimulationConfig(
        String host,
        int port,
        int devices,
        double rate,
        int batch,
        long seed,
        @Nullable Duration duration,
        Gateways gateways,
        @Nullable Path ledger,
        String scenario) {

    public static final String SONLA_DEMO = "sonla-demo";
    public static final String SONLA_QUIET = "sonla-quiet";
    public static final int BATCH_MAX = 1000;

    public SimulationConfig {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not 1 to 65535");
        }
        if (devices < 1 || devices > City.DEVICES_MAX) {
            throw new IllegalArgumentException(devices + " devices are not 1 to " + City.DEVICES_MAX);
        }
        // a device's times are whole microseconds and must differ; a tenth of that is plenty
        if (!(rate > 0 && rate <= devices * 100_000.0)) {
            throw new IllegalArgumentException("rate " + rate + " is not above 0 and at most 100000 per device");
        }
        if (batch < 1 || batch > BATCH_MAX) {
            throw new IllegalArgumentException("batch " + batch + " is not 1 to " + BATCH_MAX);
        }
        if (duration != null && (duration.isNegative() || duration.isZero())) {
            throw new IllegalArgumentException("duration " + duration + " is not positive");
        }
        if (!scenario.equals(SONLA_DEMO) && !scenario.equals(SONLA_QUIET)) {
            throw new IllegalArgumentException(
                    "scenario '" + scenario + "' is neither " + SONLA_DEMO + " nor " + SONLA_QUIET);
        }
    }

    /** 200 devices that say 100 observations a second, one a message, in both MQTT versions, until stopped. */
    public static SimulationConfig to(String host, int port) {
        return new SimulationConfig(host, port, 200, 100, 1, 1, null, Gateways.STANDARD, null, SONLA_DEMO);
    }

    public SimulationConfig withDevices(int value) {
        return new SimulationConfig(host, port, value, rate, batch, seed, duration, gateways, ledger, scenario);
    }

    public SimulationConfig withRate(double value) {
        return new SimulationConfig(host, port, devices, value, batch, seed, duration, gateways, ledger, scenario);
    }

    /** Devices and rate together, for when neither fits the other's default. */
    public SimulationConfig withLoad(int deviceCount, double observationsPerSecond) {
        return new SimulationConfig(
                host, port, deviceCount, observationsPerSecond, batch, seed, duration, gateways, ledger, scenario);
    }

    public SimulationConfig withBatch(int value) {
        return new SimulationConfig(host, port, devices, rate, value, seed, duration, gateways, ledger, scenario);
    }

    public SimulationConfig withSeed(long value) {
        return new SimulationConfig(host, port, devices, rate, batch, value, duration, gateways, ledger, scenario);
    }

    public SimulationConfig withDuration(@Nullable Duration value) {
        return new SimulationConfig(host, port, devices, rate, batch, seed, value, gateways, ledger, scenario);
    }

    public SimulationConfig withVersions(MqttVersions value) {
        return withGateways(new Gateways(value, gateways.mixed(), gateways.reconnectMax()));
    }

    public SimulationConfig withGateways(Gateways value) {
        return new SimulationConfig(host, port, devices, rate, batch, seed, duration, value, ledger, scenario);
    }

    public SimulationConfig withLedger(@Nullable Path value) {
        return new SimulationConfig(host, port, devices, rate, batch, seed, duration, gateways, value, scenario);
    }

    public SimulationConfig withScenario(String value) {
        return new SimulationConfig(host, port, devices, rate, batch, seed, duration, gateways, ledger, value);
    }
}
