package io.fieldwatch.console;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.zip.CRC32;

/**
 * The page's files, read from the class path once: a request can only name what is listed here, so no path needs to be
 * checked. Leaflet and uPlot come from their WebJars. Immutable.
 */
final class Assets {

    private static final String PAGE = "/io/fieldwatch/console/page/";

    private record Asset(Buffer bytes, String type, String tag) {}

    private final Map<String, Asset> byPath = new LinkedHashMap<>();

    Assets(ConsoleConfig config) throws IOException {
        add("/", PAGE + "index.html");
        for (String name : new String[] {
            "console.css", "icon.svg", "main.js", "alerts.js", "map.js", "device.js", "feed.js", "text.js", "shapes.js"
        }) {
            add("/assets/console/" + name, PAGE + name);
        }
        add("/api/v1/openapi.yaml", "/io/fieldwatch/console/openapi.yaml");
        addFromWebJar("leaflet", "leaflet-src.esm.js");
        addFromWebJar("leaflet", "leaflet.css");
        addFromWebJar("uplot", "uPlot.esm.js");
        addFromWebJar("uplot", "uPlot.min.css");
        add("/assets/console/config.json", settings(config), "application/json");
    }

    /** Paths to route to {@link #serve}. */
    Iterable<String> paths() {
        return byPath.keySet();
    }

    void serve(RoutingContext context) {
        Asset asset = byPath.get(context.currentRoute().getPath());
        if (asset == null) {
            throw Problem.notFound("there is nothing at " + context.request().path());
        }
        context.response().putHeader("ETag", asset.tag()).putHeader("Cache-Control", "no-cache");
        if (asset.tag().equals(context.request().getHeader("If-None-Match"))) {
            context.response().setStatusCode(304).end();
        } else {
            context.response().putHeader("Content-Type", asset.type()).end(asset.bytes());
        }
    }

    private void addFromWebJar(String library, String file) throws IOException {
        Properties pom = new Properties();
        try (InputStream in = open("/META-INF/maven/org.webjars.npm/" + library + "/pom.properties")) {
            pom.load(in);
        }
        String folder = "/META-INF/resources/webjars/" + library + "/" + pom.getProperty("version") + "/dist/";
        add("/assets/" + library + "/" + file, folder + file);
    }

    private void add(String path, String resource) throws IOException {
        try (InputStream in = open(resource)) {
            add(path, Buffer.buffer(in.readAllBytes()), type(resource));
        }
    }

    private void add(String path, Buffer bytes, String type) {
        CRC32 crc = new CRC32();
        crc.update(bytes.getBytes());
        String tag = '"' + HexFormat.of().toHexDigits(crc.getValue()) + '"';
        byPath.put(path, new Asset(bytes, type, tag));
    }

    private static InputStream open(String resource) throws IOException {
        InputStream in = Assets.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IOException(resource + " is missing from the class path");
        }
        return in;
    }

    private static String type(String resource) {
        return switch (resource.substring(resource.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "yaml" -> "application/yaml";
            default -> throw new IllegalStateException("no media type for " + resource);
        };
    }

    private static Buffer settings(ConsoleConfig config) {
        MapView map = config.map();
        return Json.of(json -> {
            json.writeStartObject();
            Json.label(json, "title", config.title());
            json.writeStringField("zone", config.zone().getId());
            json.writeNumberField("lat", map.lat());
            json.writeNumberField("lon", map.lon());
            json.writeNumberField("zoom", map.zoom());
            json.writeStringField("tileUrl", map.tileUrl());
            json.writeStringField("attribution", map.attribution());
            json.writeEndObject();
        });
    }
}
