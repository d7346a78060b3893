package io.fieldwatch.console;

import io.fieldwatch.telemetry.Metric;
import io.fieldwatch.telemetry.MetricSet;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code /metrics}, {@code /livez} and {@code /readyz}. */
final class Probes {

    private static final String PREFIX = "fieldwatch_";

    private final Readiness readiness;
    private final Workers workers;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final Set<String> names = new HashSet<>();

    /**
     * @throws IllegalStateException when two metrics have one name
     */
    Probes(List<MetricSet<?>> metrics, Readiness readiness, Workers workers) {
        this.readiness = readiness;
        this.workers = workers;
        metrics.forEach(this::bind);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    private <E extends Enum<E> & Metric> void bind(MetricSet<E> set) {
        for (E metric : set.metrics()) {
            Metric.Description figure = metric.description();
            String name = PREFIX + figure.name();
            if (!names.add(name)) {
                throw new IllegalStateException("two metrics are called " + name);
            }
            if (figure.counter()) {
                FunctionCounter.builder(name, set, values -> values.get(metric))
                        .description(figure.help())
                        .register(registry);
            } else {
                Gauge.builder(name, set, values -> values.get(metric))
                        .description(figure.help())
                        .strongReference(true)
                        .register(registry);
            }
        }
    }

    void metrics(RoutingContext context) {
        workers.run(() -> Buffer.buffer(registry.scrape()))
                .onComplete(
                        text -> context.response()
                                .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                                .end(text),
                        context::fail);
    }

    /** Answers when the event loop does. */
    void live(RoutingContext context) {
        Replies.json(context, 200, Buffer.buffer("{\"live\":true}"));
    }

    void ready(RoutingContext context) {
        workers.run(readiness::checks)
                .onComplete(
                        checks -> {
                            boolean ready = checks.stream().allMatch(Readiness.Check::ok);
                            Replies.json(context, ready ? 200 : 503, body(ready, checks));
                        },
                        context::fail);
    }

    private static Buffer body(boolean ready, List<Readiness.Check> checks) {
        return Json.of(json -> {
            json.writeStartObject();
            json.writeBooleanField("ready", ready);
            json.writeArrayFieldStart("checks");
            for (Readiness.Check check : checks) {
                json.writeStartObject();
                json.writeStringField("name", check.name());
                json.writeBooleanField("ok", check.ok());
                json.writeStringField("detail", check.detail());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    void close() {
        gc.close();
        registry.close();
    }
}
