package io.fieldwatch.alerts;

import io.fieldwatch.telemetry.Label;
import org.jspecify.annotations.Nullable;

/**
 * What rules of every type have in common.
 *
 * @param id unique in its rule set, lower-case words joined by '-'; alerts and their history are found by it, so it is
 *     never given to another rule
 * @param kind the kind's name, or {@link #ANY_KIND}
 * @param message what operators read in their list
 * @param area only devices of this ward or commune; null for all
 */
public record RuleHead(
        String id,
        String kind,
        Priority priority,
        Label message,
        Advice advice,
        @Nullable String area) {

    public static final String ANY_KIND = "*";

    public RuleHead {
        if (!id.matches("[a-z0-9]+(-[a-z0-9]+)*") || id.length() > 60) {
            throw new IllegalArgumentException(
                    "rule id '" + id + "' must be lower-case words joined by '-', 60 letters at most");
        }
    }

    /** Whether devices of the area, null when unknown, are the rule's business. */
    boolean covers(@Nullable String deviceArea) {
        return area == null || area.equals(deviceArea);
    }

    /**
     * What helps an operator to decide.
     *
     * @param cause what usually is behind it
     * @param action what to do
     * @param source where the limit comes from; empty when nobody said
     */
    public record Advice(@Nullable Label cause, @Nullable Label action, String source) {}
}
