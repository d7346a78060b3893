package io.fieldwatch.telemetry;

/**
 * Why input went to quarantine instead of to a kind's table. The number is written into blocks: stable, never reused.
 */
public enum RejectReason {
    UNKNOWN_TOPIC(1, "the topic is none that fieldwatch knows"),
    UNKNOWN_KIND(2, "the catalogue has no such kind"),
    BAD_DEVICE_ID(3, "the device id is missing, too long or has characters an id may not have"),
    MALFORMED_JSON(4, "the payload is not well-formed JSON"),
    NOT_AN_OBSERVATION(5, "the payload is not an object or an array of objects"),
    UNKNOWN_PROPERTY(6, "the kind has no such property"),
    WRONG_TYPE(7, "a value does not have its property's type"),
    BAD_TIME(8, "the time is neither RFC 3339 nor epoch milliseconds"),
    TIME_IN_FUTURE(9, "the time is too far ahead of the server's"),
    TIME_TOO_OLD(10, "the time is older than what is kept"),
    EMPTY_OBSERVATION(11, "the object has no property"),
    TOO_LARGE(12, "the payload does not fit a block"),
    CONFLICT(13, "another observation with other values has the same device and time"),
    UNSTORABLE(14, "the database refused the row"),
    NOT_ALLOWED(15, "the sender may not write for this device");

    private final int number;
    private final String meaning;

    RejectReason(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    public String meaning() {
        return meaning;
    }

    /**
     * @throws IllegalStateException for a number this version does not know
     */
    public static RejectReason of(int number) {
        for (RejectReason reason : values()) {
            if (reason.number == number) {
                return reason;
            }
        }
        throw new IllegalStateException("no reject reason has number " + number);
    }
}
