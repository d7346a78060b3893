package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.Property;
import io.fieldwatch.telemetry.PropertyType;
import io.fieldwatch.telemetry.Quality;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the payloads that well-behaved devices send, by the byte and without an object: JSON objects, or an array of them,
 * whose names and texts are ASCII without escapes and whose numbers have at most 15 digits and no exponent. Whatever is not
 * so, and whatever would have to be refused, it leaves to the general reader: it never decides that something is wrong, and
 * what it accepts the general reader would accept with the same values. One thread.
 */
final class PlainReader {

    /** All of it is in the block. */
    static final int DONE = 0;
    /** The block is full. */
    static final int FULL = 1;
    /** For the general reader. Some of it may have been handed on. */
    static final int NOT_PLAIN = 2;

    private static final int DIGITS_MAX = 15;
    private static final double[] POWERS = new double[DIGITS_MAX + 1];
    private static final int TIME_CHARS_MAX = 40;

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = POWERS[i - 1] * 10; // exact up to 10^22
        }
    }

    /** Takes the observation that the block writer has begun. */
    interface Taker {

        /**
         * Answers one of this class's outcomes.
         *
         * @param number the device's, or less than 0 when it is the topic's
         */
        int take(int number, String device, long timeMicros, int quality);
    }

    private final TimeRules times;
    private final NamedDevices named;
    private final Taker taker;
    private @Nullable MemberNames[] namesByKind = new MemberNames[16];

    private byte[] bytes = new byte[0];
    private int at;
    private int end;
    private long timeMicros;
    private boolean hasTime;
    private int quality;
    private int deviceFrom;
    private int deviceTo;

    PlainReader(TimeRules times, NamedDevices named, Taker taker) {
        this.times = times;
        this.named = named;
        this.taker = taker;
    }

    /**
     * Reads a payload.
     *
     * @return {@link #DONE}, {@link #FULL} or {@link #NOT_PLAIN}
     */
    int read(byte[] payload, int from, int length, TopicRoute route, long arrivalMicros, BlockWriter block) {
        bytes = payload;
        at = from;
        end = from + length;
        Kind kind = Objects.requireNonNull(route.kind());
        MemberNames names = names(kind);
        skipSpace();
        boolean isArray = is('[');
        do {
            if (isArray) {
                skipSpace();
            }
            if (!is('{') || !object(names, kind, block) || !(isArray || isEnd())) {
                return NOT_PLAIN;
            }
            int outcome = finish(route, kind, arrivalMicros);
            if (outcome != DONE) {
                return outcome;
            }
            skipSpace();
        } while (isArray && is(','));
        if (isArray && !is(']')) {
            return NOT_PLAIN;
        }
        return isEnd() ? DONE : NOT_PLAIN;
    }

    private MemberNames names(Kind kind) {
        int number = kind.number();
        if (number >= namesByKind.length) {
            namesByKind = Arrays.copyOf(namesByKind, Math.max(number + 1, namesByKind.length * 2));
        }
        MemberNames names = namesByKind[number];
        if (names == null) {
            names = new MemberNames(kind);
            namesByKind[number] = names;
        }
        return names;
    }

    /** From behind the opening brace to behind the closing one. */
    private boolean object(MemberNames names, Kind kind, BlockWriter block) {
        hasTime = false;
        quality = Quality.GOOD;
        deviceTo = 0;
        block.begin(kind.number(), 0);
        long seen = 0;
        int position = 0;
        do {
            skipSpace();
            if (!is('"')) {
                return false;
            }
            int name = names.find(bytes, at, end, position++);
            if (name < 0 || (seen & 1L << name) != 0 || name >= Long.SIZE) {
                return false;
            }
            seen |= 1L << name;
            at += names.length(name) + 1;
            skipSpace();
            if (!is(':')) {
                return false;
            }
            skipSpace();
            if (!member(names, name, block)) {
                return false;
            }
            skipSpace();
        } while (is(','));
        return is('}') && block.propertyCount() > 0;
    }

    private boolean member(MemberNames names, int name, BlockWriter block) {
        if (name == names.time()) {
            return time();
        }
        if (name == names.device()) {
            return device();
        }
        Property property = names.property(name);
        if (at < end && bytes[at] == 'n') {
            return isWord("null");
        }
        return switch (property.type()) {
            case NUMBER, INTEGER -> number(property, block);
            case BOOLEAN -> {
                boolean isTrue = at < end && bytes[at] == 't';
                block.setBoolean(property.number(), isTrue);
                yield isWord(isTrue ? "true" : "false");
            }
            case CODE -> {
                int code = is('"') ? names.code(name, bytes, at, end) : -1;
                if (code < 0) {
                    yield false;
                }
                at += names.codeLength(name, code) + 1;
                block.setCode(property.number(), code);
                yield true;
            }
        };
    }

    private boolean number(Property property, BlockWriter block) {
        boolean isNegative = is('-');
        int from = at;
        long mantissa = digits(0);
        int whole = at - from;
        int fraction = 0;
        if (is('.')) {
            from = at;
            mantissa = digits(mantissa);
            fraction = at - from;
            if (fraction == 0) {
                return false;
            }
            from -= whole + 1;
        }
        boolean isPlain = whole > 0
                && (whole == 1 || bytes[from] != '0')
                && whole + fraction <= DIGITS_MAX
                && (mantissa != 0 || !isNegative)
                && isBehindValue();
        if (!isPlain) {
            return false;
        }
        boolean isInteger = property.type() == PropertyType.INTEGER;
        if (isInteger && fraction > 0) {
            return false;
        }
        // A mantissa below 2^53 and a power of ten below 10^22 are exact, so their quotient is rounded once (Clinger).
        double value = fraction == 0 ? mantissa : mantissa / POWERS[fraction];
        value = isNegative ? -value : value;
        if (!property.possible(value)) {
            quality |= Quality.OUT_OF_RANGE;
        }
        if (isInteger) {
            block.setInteger(property.number(), isNegative ? -mantissa : mantissa);
        } else {
            block.setNumber(property.number(), value);
        }
        return true;
    }

    /** Goes on over digits; too many make a wrong number, which their count shows. */
    private long digits(long before) {
        long value = before;
        int i = at;
        while (i < end) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            value = value * 10 + digit;
            i++;
        }
        at = i;
        return value;
    }

    private boolean time() {
        if (at < end && bytes[at] == 'n') {
            return isWord("null");
        }
        if (is('"')) {
            int to = at;
            while (to < end && bytes[to] != '"' && to - at < TIME_CHARS_MAX) {
                to++;
            }
            timeMicros = Rfc3339.micros(bytes, at, Math.min(to, end) - at);
            at = to;
            hasTime = timeMicros != Rfc3339.NONE;
            return hasTime && is('"');
        }
        int from = at;
        long millis = digits(0);
        int count = at - from;
        if (count == 0 || count > DIGITS_MAX || (count > 1 && bytes[from] == '0') || !isBehindValue()) {
            return false;
        }
        timeMicros = millis * 1000;
        hasTime = true;
        return true;
    }

    private boolean device() {
        if (!is('"')) {
            return false;
        }
        int to = at;
        while (to < end && bytes[to] > ' ' && bytes[to] != '"' && bytes[to] != '\\') {
            to++; // a byte of a character beyond ASCII is negative and ends it, too
        }
        if (to >= end || bytes[to] != '"') {
            return false;
        }
        deviceFrom = at;
        deviceTo = to;
        at = to + 1;
        return true;
    }

    /** The device last: a payload that is not taken must not make a new one known. */
    private int finish(TopicRoute route, Kind kind, long arrivalMicros) {
        String own = route.device();
        if ((own == null) != (deviceTo > 0)) {
            return NOT_PLAIN;
        }
        if (!hasTime) {
            timeMicros = times.stamp(arrivalMicros);
            quality |= Quality.TIME_FROM_ARRIVAL;
        } else if (times.tooFarAhead(timeMicros, arrivalMicros) || times.tooOld(timeMicros, arrivalMicros)) {
            return NOT_PLAIN;
        } else if (times.ahead(timeMicros, arrivalMicros)) {
            quality |= Quality.CLOCK_AHEAD;
        }
        if (own != null) {
            return taker.take(-1, own, timeMicros, quality);
        }
        NamedDevices.Entry device = named.find(kind.number(), route, bytes, deviceFrom, deviceTo);
        return device == null ? NOT_PLAIN : taker.take(device.number(), device.id(), timeMicros, quality);
    }

    /** Whether the byte that follows can stand behind a number. */
    private boolean isBehindValue() {
        if (at >= end) {
            return false;
        }
        byte next = bytes[at];
        return next == ',' || next == '}' || isSpace(next);
    }

    private boolean is(char c) {
        if (at < end && bytes[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    private boolean isWord(String word) {
        int behind = at + word.length();
        if (behind >= end) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (bytes[at + i] != word.charAt(i)) {
                return false;
            }
        }
        at = behind;
        return isBehindValue();
    }

    private boolean isEnd() {
        skipSpace();
        return at == end;
    }

    private void skipSpace() {
        while (at < end && isSpace(bytes[at])) {
            at++;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
