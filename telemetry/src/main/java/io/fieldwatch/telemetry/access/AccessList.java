package io.fieldwatch.telemetry.access;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All credentials as they were at one moment. Whoever is not in it is nobody. Immutable. */
public final class AccessList {

    public static final AccessList EMPTY = new AccessList(0, Set.of());

    private final long version;
    private final Map<String, Credential> byUsername;

    /** @param version 0 before the first change in the registry, then growing with each; less than 0 when it is not known */
    public AccessList(long version, Collection<Credential> credentials) {
        this.version = version;
        byUsername = new HashMap<>(credentials.size() * 2);
        for (Credential credential : credentials) {
            byUsername.put(credential.principal().username(), credential);
        }
    }

    public long version() {
        return version;
    }

    /** Whether nobody has ever been given credentials: then a user name says nothing. */
    public boolean isUnused() {
        return version == 0 && byUsername.isEmpty();
    }

    public @Nullable Credential find(String username) {
        return byUsername.get(username);
    }

    public Collection<Credential> credentials() {
        return byUsername.values();
    }
}
