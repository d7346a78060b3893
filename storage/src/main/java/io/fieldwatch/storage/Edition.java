package io.fieldwatch.storage;

/** What kind of database there is; it decides what {@link Database#migrate} sets up. */
public enum Edition {
    /** PostgreSQL without a usable TimescaleDB: plain tables. */
    PLAIN(false),
    /** TimescaleDB under the Apache licence: hypertables. */
    TIMESCALE_APACHE(true),
    /** TimescaleDB under the Timescale licence: hypertables, and columnstore is to be had. */
    TIMESCALE_COMMUNITY(true);

    private final boolean hypertables;

    Edition(boolean hypertables) {
        this.hypertables = hypertables;
    }

    public boolean hypertables() {
        return hypertables;
    }
}
