package io.fieldwatch.console;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other web pages out, as operators' browsers open those too: tells the browser to load and frame nothing foreign,
 * refuses changes asked for by another origin, and, while only this machine may look, requests for another host's name
 * (a foreign name that was made to point here, DNS rebinding).
 */
final class Guard {

    private static final Set<String> LOCAL_HOSTS = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    private final ConsoleConfig config;
    private final String contentPolicy;

    Guard(ConsoleConfig config) {
        this.config = config;
        String tiles = config.map().tileOrigin().map(origin -> " " + origin).orElse("");
        contentPolicy =
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
                        + tiles + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    void check(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader("Content-Security-Policy", contentPolicy)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
        HttpServerRequest request = context.request();
        @Nullable HostAndPort authority = request.authority();
        if (authority == null || !hostAllowed(authority.host())) {
            throw new Problem(403, "this server does not answer for that host");
        }
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (!reads) {
            checkChange(request);
        }
        context.next();
    }

    private boolean hostAllowed(String host) {
        return config.allowAnonymous()
                || LOCAL_HOSTS.contains(host.toLowerCase(Locale.ROOT))
                || host.equalsIgnoreCase(config.bindAddress());
    }

    private static void checkChange(HttpServerRequest request) {
        @Nullable String origin = request.getHeader("Origin");
        if (origin != null && !sameOrigin(origin, request.getHeader("Host"))) {
            throw new Problem(403, "a page of another origin may not change anything here");
        }
        @Nullable String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            throw new Problem(403, "a page of another site may not change anything here");
        }
        @Nullable String type = request.getHeader("Content-Type");
        String mediaType = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!mediaType.equals("application/json")) {
            throw new Problem(415, "the body must be application/json");
        }
    }

    /** By host and port: a proxy that ends TLS changes the scheme. */
    private static boolean sameOrigin(String origin, @Nullable String host) {
        try {
            @Nullable String authority = new URI(origin).getAuthority();
            return authority != null && authority.equalsIgnoreCase(host);
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
