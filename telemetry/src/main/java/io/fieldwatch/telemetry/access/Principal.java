package io.fieldwatch.telemetry.access;
/** Stub. */
public record Principal(String username) {
    public static Principal anyone() {
        return new Principal("");
    }

    public boolean mayWrite(String kind, String device) {
        return true;
    }
}
