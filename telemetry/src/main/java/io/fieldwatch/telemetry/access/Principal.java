package io.fieldwatch.telemetry.access;

import java.util.Map;
import java.util.Set;

/**
 * Who a connection speaks for. A device writes as itself, a gateway for its children, each named one by one: there are no
 * patterns that a name could trick, and what is not named is denied. Immutable.
 *
 * @param username empty for {@link #anyone}
 * @param devices the devices it may write for, external ids by the name of their kind
 */
public record Principal(String username, Map<String, Set<String>> devices) {

    private static final Principal ANYONE = new Principal("", Map.of());

    /** Someone who did not have to say who he is and may write everything. */
    public static Principal anyone() {
        return ANYONE;
    }

    public boolean isAnyone() {
        return username.isEmpty();
    }

    public boolean mayWrite(String kind, String device) {
        if (isAnyone()) {
            return true;
        }
        Set<String> ofKind = devices.get(kind);
        return ofKind != null && ofKind.contains(device);
    }
}
