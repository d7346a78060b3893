package io.fieldwatch.ingest.access;

import io.fieldwatch.telemetry.access.AccessList;
import io.fieldwatch.telemetry.access.AccessSource;
import io.fieldwatch.telemetry.access.Credential;
import io.fieldwatch.telemetry.access.Principal;
import io.fieldwatch.telemetry.access.TokenHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A source of credentials that a test changes at will. */
public final class AccessLists implements AccessSource {

    private final List<Runnable> listeners = new ArrayList<>();
    private volatile AccessList current = AccessList.EMPTY;
    private long version;

    /** From now on these have credentials, and nobody else. */
    public void set(Credential... credentials) {
        current = new AccessList(++version, List.of(credentials));
        listeners.forEach(Runnable::run);
    }

    /** One that writes traffic flow for some devices and proves itself by a token, or by a certificate when it is null. */
    public static Credential user(String name, @Nullable String token, String... devices) {
        List<TokenHash> tokens = token == null ? List.of() : List.of(TokenHash.of(token, Long.MAX_VALUE));
        Principal principal = new Principal(name, Map.of("traffic-flow", Set.of(devices)));
        return new Credential(principal, tokens, token == null, null);
    }

    @Override
    public AccessList current() {
        return current;
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }
}
