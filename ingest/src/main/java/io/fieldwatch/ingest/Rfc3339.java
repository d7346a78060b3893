package io.fieldwatch.ingest;

/**
 * Reads RFC 3339 date-times without allocating: {@code 2026-11-23T07:00:00.250Z}, with an offset of hours and minutes
 * instead of {@code Z}, and up to nine digits of a second, cut to microseconds. As section 5.6 allows, {@code t},
 * {@code z} and a space for {@code T} are taken too. A leap second (23:59:60 UTC) is the first instant of the next day.
 */
final class Rfc3339 {

    /** What {@link #micros} answers when the text is none. */
    static final long NONE = Long.MIN_VALUE;

    private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private Rfc3339() {}

    /** Microseconds since 1970, or {@link #NONE}. */
    static long micros(byte[] text, int from, int length) {
        if (length < 20
                || text[from + 4] != '-'
                || text[from + 7] != '-'
                || !isSeparator(text[from + 10])
                || text[from + 13] != ':'
                || text[from + 16] != ':') {
            return NONE;
        }
        int year = number(text, from, 4);
        int month = number(text, from + 5, 2);
        int day = number(text, from + 8, 2);
        int hour = number(text, from + 11, 2);
        int minute = number(text, from + 14, 2);
        int second = number(text, from + 17, 2);
        boolean isDate = year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
        boolean isTime = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60;
        if (!isDate || !isTime) {
            return NONE;
        }
        int end = from + length;
        int at = from + 19;
        long fraction = 0;
        if (text[at] == '.') {
            int digits = 0;
            for (at++; at < end && isDigit(text[at]); at++) {
                digits++;
                if (digits <= 6) {
                    fraction = fraction * 10 + (text[at] - '0');
                }
            }
            if (digits == 0 || digits > 9) {
                return NONE;
            }
            for (; digits < 6; digits++) {
                fraction *= 10;
            }
        }
        int offset = offsetSeconds(text, at, end);
        if (offset == Integer.MIN_VALUE) {
            return NONE;
        }
        long seconds = daysSince1970(year, month, day) * 86_400L + hour * 3600L + minute * 60L + second - offset;
        if (second == 60 && Math.floorMod(seconds, 86_400L) != 0) {
            return NONE;
        }
        return seconds * 1_000_000 + fraction;
    }

    private static int offsetSeconds(byte[] text, int at, int end) {
        if (at + 1 == end && (text[at] == 'Z' || text[at] == 'z')) {
            return 0;
        }
        if (at + 6 != end || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') {
            return Integer.MIN_VALUE;
        }
        int hours = number(text, at + 1, 2);
        int minutes = number(text, at + 4, 2);
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        int seconds = hours * 3600 + minutes * 60;
        return text[at] == '-' ? -seconds : seconds;
    }

    private static int daysIn(int year, int month) {
        boolean leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        return month == 2 && leap ? 29 : DAYS[month - 1];
    }

    /** Days from the civil date; years begin in March so that the leap day is the last. */
    private static long daysSince1970(int year, int month, int day) {
        int y = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(y, 400);
        int yearOfEra = y - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468;
    }

    private static int number(byte[] text, int from, int digits) {
        int value = 0;
        for (int i = from; i < from + digits; i++) {
            if (!isDigit(text[i])) {
                return -1;
            }
            value = value * 10 + (text[i] - '0');
        }
        return value;
    }

    private static boolean isSeparator(byte c) {
        return c == 'T' || c == 't' || c == ' ';
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }
}
