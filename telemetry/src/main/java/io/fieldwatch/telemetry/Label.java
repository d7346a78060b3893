package io.fieldwatch.telemetry;

/** A text for people in both languages of the console. */
public record Label(String vi, String en) {}
