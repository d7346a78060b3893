package io.fieldwatch.console;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the map shows at first.
 *
 * @param tileUrl where the background comes from, such as {@code https://tiles.example/{z}/{x}/{y}.png}; empty for a
 *     plain background, which needs no network
 * @param attribution who made the tiles; plain text
 */
public record MapView(double lat, double lon, int zoom, String tileUrl, String attribution) {

    private static final Pattern ORIGIN = Pattern.compile("(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?)/\\S*");

    /**
     * @throws IllegalArgumentException for a place off the globe, a zoom that is none or a tile URL without z, x and y
     */
    public MapView {
        if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) {
            throw new IllegalArgumentException("map centre " + lat + ", " + lon + " is not on the globe");
        }
        if (zoom < 1 || zoom > 20) {
            throw new IllegalArgumentException("map zoom " + zoom + " is not 1 to 20");
        }
        if (!tileUrl.isEmpty()) {
            boolean complete = tileUrl.contains("{z}") && tileUrl.contains("{x}") && tileUrl.contains("{y}");
            if (!complete || !ORIGIN.matcher(tileUrl).matches()) {
                throw new IllegalArgumentException(
                        "tile URL '" + tileUrl + "' must be http(s)://host/… and name {z}, {x} and {y}");
            }
        }
    }

    /** Sơn La, without tiles. */
    public static MapView sonLa() {
        return new MapView(21.33, 103.91, 13, "", "");
    }

    /** Scheme, host and port of the tiles: the only place beside this server that the page may load from. */
    Optional<String> tileOrigin() {
        Matcher matcher = ORIGIN.matcher(tileUrl);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
