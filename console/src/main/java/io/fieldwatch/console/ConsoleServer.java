package io.fieldwatch.console;

import io.fieldwatch.alerts.AlertDesk;
import io.fieldwatch.storage.Queries;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.MetricSet;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the operators' page, the API, the live stream, {@code /metrics} and the probes. Start it once; closing ends all
 * connections. What it is given stays its owner's to close.
 *
 * <p>Limits: 100 pages on the live stream, bodies of 16 KiB, 4 database questions at once and 32 waiting; what comes
 * beyond is answered 503.
 */
public final class ConsoleServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleServer.class);
    private static final int BODY_BYTES_MAX = 16 * 1024;
    private static final int IDLE_SECONDS = 60;
    private static final long WAIT_SECONDS = 10;
    private static final int[] PROBLEM_STATUSES = {400, 403, 404, 405, 406, 409, 413, 414, 415, 500, 501, 503};

    private final ConsoleConfig config;
    private final Sources sources;
    private final MetricSet<ConsoleMetric> metrics;
    private @Nullable Running running;

    /**
     * What the console shows and asks.
     *
     * @param devices started by its owner
     * @param metrics of all other modules; the console adds its own
     */
    public record Sources(
            Catalogue catalogue,
            AlertDesk desk,
            LiveDevices devices,
            Queries queries,
            Readiness readiness,
            List<MetricSet<?>> metrics,
            Clock clock) {

        public Sources {
            metrics = List.copyOf(metrics);
        }
    }

    private record Running(Vertx vertx, HttpServer http, Router router, LiveStream stream, Probes probes) {}

    public ConsoleServer(ConsoleConfig config, Sources sources) {
        this.config = config;
        this.sources = sources;
        metrics = sources.devices().metrics();
    }

    /**
     * Returns when it listens.
     *
     * @throws IOException when it cannot, such as when the port is taken
     */
    public synchronized void start() throws IOException {
        if (running != null) {
            throw new IllegalStateException("the console was started already");
        }
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setUseDaemonThread(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        try {
            running = start(vertx);
        } catch (IOException | RuntimeException e) {
            await(vertx.close());
            throw e;
        }
        LOG.info("the console listens on http://{}:{}/", config.bindAddress(), port());
    }

    private Running start(Vertx vertx) throws IOException {
        Context loop = vertx.getOrCreateContext();
        LiveStream stream = new LiveStream(sources, loop);
        Workers workers = new Workers(vertx, "console-work", 2, 64);
        Workers database = new Workers(vertx, "console-database", 4, 36);
        List<MetricSet<?>> all = new ArrayList<>(sources.metrics());
        all.add(metrics);
        Probes probes = new Probes(all, sources.readiness(), workers);
        AlertRoutes alerts = new AlertRoutes(sources.desk(), stream, metrics, loop);
        DeviceRoutes devices = new DeviceRoutes(sources, workers, database);
        Router router = router(vertx, alerts, devices, stream, probes);
        HttpServer http = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(config.bindAddress())
                        .setPort(config.port())
                        .setIdleTimeout(IDLE_SECONDS)
                        .setHttp2ClearTextEnabled(false))
                .requestHandler(router);
        Optional<Throwable> failure = await(http.listen());
        if (failure.isPresent()) {
            probes.close();
            throw new IOException(
                    "the console cannot listen on " + config.bindAddress() + ":" + config.port(), failure.get());
        }
        stream.start(vertx);
        return new Running(vertx, http, router, stream, probes);
    }

    private Router router(Vertx vertx, AlertRoutes alerts, DeviceRoutes devices, LiveStream stream, Probes probes)
            throws IOException {
        Router router = Router.router(vertx);
        Replies replies = new Replies(metrics);
        for (int status : PROBLEM_STATUSES) {
            router.errorHandler(status, replies::problem);
        }
        router.route().handler(context -> {
            metrics.add(ConsoleMetric.REQUESTS, 1);
            context.next();
        });
        router.route().handler(new Guard(config)::check);
        router.get("/api/v1/alerts").handler(alerts::list);
        router.get("/api/v1/alerts/:id").handler(alerts::one);
        router.post("/api/v1/alerts/:id/acknowledge")
                .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX))
                .handler(alerts::acknowledge);
        router.get("/api/v1/devices").handler(devices::list);
        router.get("/api/v1/kinds").handler(devices::kinds);
        router.get("/api/v1/observations").handler(devices::observations);
        router.get("/api/v1/stream").handler(stream::connect);
        router.get("/metrics").handler(probes::metrics);
        router.get("/livez").handler(probes::live);
        router.get("/readyz").handler(probes::ready);
        Assets assets = new Assets(config);
        for (String path : assets.paths()) {
            router.get(path).handler(assets::serve);
        }
        return router;
    }

    /** The port it listens on. */
    public synchronized int port() {
        if (running == null) {
            throw new IllegalStateException("the console is not started");
        }
        return running.http().actualPort();
    }

    /** What it routes, so that a test can hold it against {@code openapi.yaml}. */
    synchronized List<Route> routes() {
        return running == null ? List.of() : running.router().getRoutes();
    }

    /** Ends the live stream and all connections; waits ten seconds at most. */
    @Override
    public synchronized void close() {
        if (running == null) {
            return;
        }
        running.stream().stop();
        await(running.vertx().close()).ifPresent(failure -> LOG.warn("the console did not close well", failure));
        running.probes().close();
        running = null;
    }

    private static Optional<Throwable> await(Future<?> future) {
        try {
            future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            return Optional.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(e);
        }
    }
}
