package io.fieldwatch.telemetry;

/** How a property's value is held in the eight bytes a block gives it, and which SQL type its column has. */
public enum PropertyType {
    /** IEEE 754 double; {@code double precision}. */
    NUMBER("double precision"),
    /** 64-bit signed integer; {@code bigint}. */
    INTEGER("bigint"),
    /** 0 or 1; {@code boolean}. */
    BOOLEAN("boolean"),
    /** Index into the property's listed texts; {@code text}. */
    CODE("text");

    private final String sqlType;

    PropertyType(String sqlType) {
        this.sqlType = sqlType;
    }

    public String sqlType() {
        return sqlType;
    }
}
