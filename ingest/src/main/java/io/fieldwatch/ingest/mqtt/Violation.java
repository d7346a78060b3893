package io.fieldwatch.ingest.mqtt;

/** Bytes that cannot be a packet, or not one in its place. One instance for each {@link Ending}, without a stack. */
final class Violation extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Ending ending;

    Violation(Ending ending) {
        super(null, null, false, false);
        this.ending = ending;
    }

    Ending ending() {
        return ending;
    }

    @Override
    public String getMessage() {
        return ending.name();
    }
}
