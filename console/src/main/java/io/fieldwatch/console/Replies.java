package io.fieldwatch.console;

import io.fieldwatch.telemetry.MetricSet;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends JSON, and failures as RFC 9457 problems. */
final class Replies {

    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    private final MetricSet<ConsoleMetric> metrics;

    Replies(MetricSet<ConsoleMetric> metrics) {
        this.metrics = metrics;
    }

    static void json(RoutingContext context, int status, Buffer body) {
        if (context.response().closed() || context.response().ended()) {
            return; // the caller went away while we worked
        }
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(body);
    }

    static void json(RoutingContext context, Future<Buffer> body) {
        body.onComplete(bytes -> json(context, 200, bytes), context::fail);
    }

    /** Answers a request that failed, whether by a status of the router's or by an exception. */
    void problem(RoutingContext context) {
        Problem problem = problemOf(context);
        if (problem.status() >= 500) {
            metrics.add(ConsoleMetric.PROBLEMS, 1);
        }
        if (context.response().headWritten()) {
            context.request().connection().close();
            return;
        }
        String title = context.response().setStatusCode(problem.status()).getStatusMessage();
        if (problem.status() == 503) {
            context.response().putHeader("Retry-After", "5");
        }
        context.response()
                .putHeader("Content-Type", "application/problem+json")
                .putHeader("Cache-Control", "no-store")
                .end(Json.of(json -> {
                    json.writeStartObject();
                    json.writeStringField("type", "about:blank");
                    json.writeStringField("title", title);
                    json.writeNumberField("status", problem.status());
                    json.writeStringField("detail", problem.detail());
                    json.writeStringField("instance", context.request().path());
                    json.writeEndObject();
                }));
    }

    private static Problem problemOf(RoutingContext context) {
        @Nullable Throwable failure = context.failure();
        if (failure instanceof Problem problem) {
            return problem;
        }
        int status = context.statusCode() < 400 ? 500 : context.statusCode();
        if (status >= 500) {
            LOG.error(
                    "{} {} failed",
                    context.request().method(),
                    context.request().path(),
                    failure);
        }
        return new Problem(
                status,
                switch (status) {
                    case 404 -> "there is nothing at " + context.request().path();
                    case 405 -> context.request().method() + " is not possible here";
                    case 413 -> "the body is too long";
                    case 500 -> "the server failed; its log says why";
                    default -> "the request was not understood";
                });
    }
}
