package io.fieldwatch.simulator;

import io.fieldwatch.simulator.city.City;
import io.fieldwatch.simulator.city.CityDevice;
import io.fieldwatch.simulator.city.Incidents;
import io.fieldwatch.simulator.city.ObservationWriter;
import io.fieldwatch.simulator.ledger.Ledger;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A city of devices that publishes to a broker or to fieldwatch over real MQTT, QoS 1, until it is stopped.
 *
 * <p>Devices share gateways, {@value #DEVICES_PER_GATEWAY} to a connection at most; a connection costs four threads.
 * Observations are made on an open-loop schedule: a slow or absent peer delays when they are sent, never when and how
 * many are made, and {@link SimulationStatus#lateMillis} tells. A lost connection is made anew and what was not
 * acknowledged is published again, byte for byte. With a ledger, every observation is in it before it leaves.
 *
 * <p>Used once: start, then stop or close. Thread-safe.
 */
public final class Simulation implements AutoCloseable {

    public static final int DEVICES_PER_GATEWAY = 25;

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    /** Beyond the wait for acknowledgements: a connect under way and a polite goodbye. */
    private static final long JOIN_MILLIS = 1000L * Gateway.CONNECT_SECONDS + 3L * Gateway.CLOSE_MILLIS;

    private static final Logger log = LoggerFactory.getLogger(Simulation.class);

    private final SimulationConfig config;
    private final Clock clock;
    private final City city;
    private final MetricSet<SimulatorMetric> metrics = new MetricSet<>(SimulatorMetric.class);
    private final AtomicReference<@Nullable Throwable> crash = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile List<Gateway> gateways = List.of();
    private volatile long endNanos;
    private @Nullable Ledger ledger;

    public Simulation(SimulationConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.city = City.sonLa(config.seed(), config.devices());
    }

    public City city() {
        return city;
    }

    public MetricSet<SimulatorMetric> metrics() {
        return metrics;
    }

    /**
     * Opens the ledger and lets the gateways connect; returns at once. A peer that is not there is tried until it is.
     *
     * @throws IOException when the ledger cannot be opened
     */
    public synchronized void start() throws IOException {
        if (!threads.isEmpty()) {
            throw new IllegalStateException("a simulation starts once");
        }
        if (config.ledger() != null) {
            ledger = Ledger.open(config.ledger());
        }
        long startMicros = clock.wallMicros();
        Gateway.Shared shared = new Gateway.Shared(clock, clock.nanos(), ledger, metrics);
        endNanos = config.duration() == null
                ? Long.MAX_VALUE
                : shared.startNanos() + config.duration().toNanos();
        Incidents incidents = config.scenario().equals(SimulationConfig.SONLA_DEMO)
                ? Incidents.sonLaDemo(city, startMicros)
                : Incidents.none();
        int count = (config.devices() + DEVICES_PER_GATEWAY - 1) / DEVICES_PER_GATEWAY;
        Gateways style = config.gateways();
        List<Gateway> all = new ArrayList<>(count);
        for (int number = 0; number < count; number++) {
            List<CityDevice> devices = devicesOf(number, count);
            all.add(new Gateway(
                    link(number),
                    devices,
                    new ObservationWriter(city, incidents),
                    new Schedule(devices, config.withBatch(style.batch(number, config.batch())), startMicros),
                    shared,
                    style.reconnectMax().toMillis()));
        }
        gateways = List.copyOf(all);
        for (Gateway gateway : all) {
            Thread thread = new Thread(gateway, "gateway-" + threads.size());
            thread.setUncaughtExceptionHandler((dead, cause) -> {
                log.error("{} died", dead.getName(), cause);
                crash.compareAndSet(null, cause);
            });
            threads.add(thread);
            thread.start();
        }
    }

    public SimulationStatus status() {
        // acknowledged before published, so that what is between is never negative
        long acked = metrics.get(SimulatorMetric.OBSERVATIONS_ACKED);
        long refused = metrics.get(SimulatorMetric.OBSERVATIONS_REFUSED);
        long published = metrics.get(SimulatorMetric.OBSERVATIONS_PUBLISHED);
        int connected = 0;
        long lateNanos = 0;
        for (Gateway gateway : gateways) {
            connected += gateway.connected() ? 1 : 0;
            lateNanos = Math.max(lateNanos, gateway.lateNanos());
        }
        return new SimulationStatus(
                published,
                acked,
                refused,
                published - acked - refused,
                connected,
                gateways.size(),
                metrics.get(SimulatorMetric.RECONNECTS),
                metrics.get(SimulatorMetric.MESSAGES_RESENT),
                TimeUnit.NANOSECONDS.toMillis(lateNanos));
    }

    /** Whether the configured duration is over; what is late by then is still published until {@link #stop}. */
    public boolean ended() {
        return endNanos != Long.MAX_VALUE && clock.nanos() - endNanos >= 0;
    }

    /**
     * Makes no more observations, waits for outstanding acknowledgements, disconnects and closes the ledger. Calling it
     * again does nothing but report.
     *
     * @param ackTimeout how long to wait for acknowledgements, reconnecting when it has to
     * @return the last figures; {@code inflight} is 0 when everything was acknowledged
     * @throws IOException when the ledger could not be written or a gateway died
     */
    public synchronized SimulationStatus stop(Duration ackTimeout) throws IOException {
        long giveUpNanos = clock.nanos() + ackTimeout.toNanos();
        for (Gateway gateway : gateways) {
            gateway.stop(giveUpNanos);
        }
        long joinUntilNanos = System.nanoTime() + ackTimeout.toNanos() + TimeUnit.MILLISECONDS.toNanos(JOIN_MILLIS);
        for (Thread thread : threads) {
            join(thread, joinUntilNanos);
        }
        if (ledger != null) {
            ledger.close();
        }
        for (Gateway gateway : gateways) {
            IOException failure = gateway.failure();
            if (failure != null) {
                throw new IOException("the ledger could not be written", failure);
            }
        }
        Throwable cause = crash.get();
        if (cause != null) {
            throw new IOException("a gateway died", cause);
        }
        return status();
    }

    /** {@link #stop} with a short wait; reports what went wrong to the log only. */
    @Override
    public void close() {
        try {
            SimulationStatus last = stop(CLOSE_TIMEOUT);
            log.debug("closed: {}", last);
        } catch (IOException e) {
            log.error("the simulation did not end well", e);
        }
    }

    private List<CityDevice> devicesOf(int gateway, int gatewayCount) {
        // every so-manieth device, so that a gateway's messages are spread evenly over time
        List<CityDevice> devices = new ArrayList<>(DEVICES_PER_GATEWAY);
        for (int index = gateway; index < config.devices(); index += gatewayCount) {
            devices.add(city.devices().get(index));
        }
        return devices;
    }

    private Connection.Link link(int gateway) {
        String uri = "tcp://" + config.host() + ":" + config.port();
        // the process id keeps two simulations from taking over each other's sessions
        String clientId =
                "sonla-gw-%03d-%d".formatted(gateway, ProcessHandle.current().pid());
        return config.gateways().versions().five(gateway)
                ? events -> Mqtt5Connection.open(uri, clientId, events)
                : events -> Mqtt3Connection.open(uri, clientId, events);
    }

    private static void join(Thread thread, long untilNanos) {
        boolean interrupted = false;
        while (thread.isAlive() && System.nanoTime() - untilNanos < 0) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1_000_000, untilNanos - System.nanoTime()));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (thread.isAlive()) {
            log.warn("{} did not end in time", thread.getName());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
