package io.fieldwatch.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fieldwatch.alerts.Alert;
import io.fieldwatch.alerts.AlertDesk;
import io.fieldwatch.alerts.AlertEvent;
import io.fieldwatch.telemetry.MetricSet;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /api/v1/alerts}: the list, one alert, and acknowledging it. */
final class AlertRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(AlertRoutes.class);
    private static final int LIST_MAX = 1000;
    private static final int USER_CHARS_MAX = 64;
    private static final int NOTE_CHARS_MAX = 1000;
    private static final long DURABLE_WITHIN_SECONDS = 10;
    private static final Set<String> FIELDS = Set.of("user", "note", "version");

    private final AlertDesk desk;
    private final LiveStream stream;
    private final MetricSet<ConsoleMetric> metrics;
    private final Context loop;
    private final ObjectMapper mapper = new ObjectMapper();

    private record Acknowledgement(String user, @Nullable String note, int version) {}

    AlertRoutes(AlertDesk desk, LiveStream stream, MetricSet<ConsoleMetric> metrics, Context loop) {
        this.desk = desk;
        this.stream = stream;
        this.metrics = metrics;
        this.loop = loop;
    }

    void list(RoutingContext context) {
        String state = context.request().getParam("state", "open");
        if (!state.equals("open") && !state.equals("all")) {
            throw Problem.badRequest("state is '" + state + "', but must be open or all");
        }
        Map<String, Alert> alerts = new LinkedHashMap<>();
        for (Alert alert : desk.open()) {
            alerts.put(alert.id(), alert);
        }
        if (state.equals("all")) {
            List<AlertEvent> recent = stream.recentEvents();
            for (int i = recent.size() - 1; i >= 0; i--) {
                Alert alert = recent.get(i).alert();
                if (!alert.state().open()) {
                    alerts.putIfAbsent(alert.id(), alert);
                }
            }
        }
        List<Alert> first = alerts.values().stream().limit(LIST_MAX).toList();
        Replies.json(context, 200, Json.of(json -> AlertJson.list(json, first, alerts.size())));
    }

    void one(RoutingContext context) {
        String id = context.pathParam("id");
        Alert alert = desk.find(id).orElseThrow(() -> Problem.notFound("there is no alert " + id));
        Replies.json(context, 200, body(alert));
    }

    void acknowledge(RoutingContext context) {
        Acknowledgement asked = parse(context.body().buffer());
        Future.fromCompletionStage(
                        desk.acknowledge(context.pathParam("id"), asked.version(), asked.user(), asked.note()), loop)
                .timeout(DURABLE_WITHIN_SECONDS, TimeUnit.SECONDS)
                .onComplete(alert -> acknowledged(context, alert), failure -> refused(context, failure));
    }

    private void acknowledged(RoutingContext context, Alert alert) {
        metrics.add(ConsoleMetric.ACKNOWLEDGEMENTS, 1);
        Replies.json(context, 200, body(alert));
    }

    private static void refused(RoutingContext context, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof AlertDesk.AlertProblem problem) {
            context.fail(new Problem(problem.unknown() ? 404 : 409, String.valueOf(problem.getMessage())));
        } else if (cause instanceof TimeoutException) {
            context.fail(Problem.unavailable("the acknowledgement is not on stable storage yet; look again soon"));
        } else {
            LOG.error("an alert could not be acknowledged", cause);
            context.fail(Problem.unavailable("the acknowledgement could not be stored"));
        }
    }

    private static Buffer body(Alert alert) {
        return Json.of(json -> AlertJson.alert(json, alert));
    }

    private Acknowledgement parse(@Nullable Buffer body) {
        if (body == null || body.length() == 0) {
            return new Acknowledgement("operator", null, 0);
        }
        JsonNode root;
        try {
            root = mapper.readTree(body.getBytes());
        } catch (JsonProcessingException e) {
            throw Problem.badRequest("the body is not JSON");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!root.isObject()) {
            throw Problem.badRequest("the body must be a JSON object");
        }
        for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                throw Problem.badRequest("unknown field " + name + "; known are user, note and version");
            }
        }
        @Nullable String user = text(root.path("user"), "user", USER_CHARS_MAX);
        @Nullable String note = text(root.path("note"), "note", NOTE_CHARS_MAX);
        return new Acknowledgement(user == null ? "operator" : user, note, version(root.path("version")));
    }

    private static @Nullable String text(JsonNode node, String field, int charsMax) {
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isTextual() || node.textValue().length() > charsMax) {
            throw Problem.badRequest(field + " must be a text of at most " + charsMax + " characters");
        }
        String text = node.textValue().strip();
        return text.isEmpty() ? null : text;
    }

    private static int version(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return 0;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
            throw Problem.badRequest("version must be a whole number, 0 or more");
        }
        return node.intValue();
    }
}
