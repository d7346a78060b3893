package io.fieldwatch.console;

import io.fieldwatch.alerts.Alert;
import io.fieldwatch.storage.Series;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /api/v1/devices}, {@code /kinds} and {@code /observations}. */
final class DeviceRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceRoutes.class);
    static final int PAGE_DEVICES_MAX = 10_000;

    private final ConsoleServer.Sources sources;
    private final Workers workers;
    private final Workers database;

    DeviceRoutes(ConsoleServer.Sources sources, Workers workers, Workers database) {
        this.sources = sources;
        this.workers = workers;
        this.database = database;
    }

    void list(RoutingContext context) {
        int first = number(context, "from", 0, Integer.MAX_VALUE);
        int limit = number(context, "limit", PAGE_DEVICES_MAX, PAGE_DEVICES_MAX);
        Replies.json(context, workers.run(() -> devices(first, limit)));
    }

    private Buffer devices(int first, int limit) {
        LiveDevices live = sources.devices();
        List<LiveDevice> devices = live.snapshot(first, limit);
        Set<Integer> inAlert =
                sources.desk().open().stream().map(Alert::deviceNumber).collect(Collectors.toUnmodifiableSet());
        int last = devices.isEmpty()
                ? live.size() - 1
                : devices.get(devices.size() - 1).definition().number();
        boolean more = devices.size() == limit && last + 1 < live.size();
        return Json.of(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("devices");
            for (LiveDevice device : devices) {
                DeviceJson.device(json, device, inAlert);
            }
            json.writeEndArray();
            if (more) {
                json.writeNumberField("next", last + 1);
            } else {
                json.writeNullField("next");
            }
            json.writeEndObject();
        });
    }

    void kinds(RoutingContext context) {
        Replies.json(
                context,
                200,
                Json.of(json -> DeviceJson.kinds(json, sources.catalogue().kinds())));
    }

    void observations(RoutingContext context) {
        Instant now = Instant.ofEpochMilli(sources.clock().wallMillis());
        SeriesRequest request =
                SeriesRequest.parse(context.request().params(), sources.catalogue(), sources.devices(), now);
        Replies.json(context, database.run(() -> series(request)));
    }

    private Buffer series(SeriesRequest request) {
        try {
            Series series = sources.queries()
                    .series(
                            request.kind(),
                            request.externalId(),
                            request.property(),
                            request.from(),
                            request.to(),
                            request.every());
            return Json.of(json -> DeviceJson.series(json, request, series));
        } catch (SQLException e) {
            LOG.warn("the database gave no series: {}", e.getMessage());
            throw Problem.unavailable("the database does not answer; the live view and alerts go on without it");
        }
    }

    private static int number(RoutingContext context, String parameter, int otherwise, int max) {
        String text = context.request().getParam(parameter);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw Problem.badRequest(parameter + " is '" + text + "', but must be a whole number");
        }
        throw Problem.badRequest(parameter + " is " + text + ", but must be from 0 to " + max);
    }
}
