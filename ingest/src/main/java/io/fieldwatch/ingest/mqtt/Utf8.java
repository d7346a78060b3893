package io.fieldwatch.ingest.mqtt;

import io.netty.buffer.ByteBuf;

/**
 * Strings of MQTT (1.5.4): well-formed UTF-8 by the byte, so that no two different strings of bytes become the same text.
 * What the standard lets a receiver refuse is refused: U+0000, other control characters and Unicode's non-characters.
 */
final class Utf8 {

    private Utf8() {}

    /** Whether the bytes of {@code in} from {@code from} to {@code to} are such a string. Allocates nothing. */
    static boolean valid(ByteBuf in, int from, int to) {
        int at = from;
        while (at < to) {
            int first = in.getByte(at);
            if (first >= 0x20 && first != 0x7F) {
                at++;
                continue;
            }
            int length = first >= 0 ? 0 : length(first & 0xFF);
            if (length == 0 || at + length > to) {
                return false;
            }
            int character = first & (0x7F >> length);
            for (int i = 1; i < length; i++) {
                int next = in.getByte(at + i);
                if ((next & 0xC0) != 0x80) {
                    return false;
                }
                character = character << 6 | (next & 0x3F);
            }
            if (!allowed(character, length)) {
                return false;
            }
            at += length;
        }
        return true;
    }

    /** Bytes of a character that begins so, or 0 when none does. */
    private static int length(int first) {
        if (first >= 0xC2 && first <= 0xDF) {
            return 2;
        }
        if (first >= 0xE0 && first <= 0xEF) {
            return 3;
        }
        return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
    }

    private static boolean allowed(int character, int length) {
        return switch (length) {
            case 2 -> character >= 0xA0; // below are control characters
            case 3 ->
                character >= 0x800
                        && (character < 0xD800 || character > 0xDFFF)
                        && (character < 0xFDD0 || character > 0xFDEF)
                        && character < 0xFFFE;
            default -> character >= 0x1_0000 && character <= 0x10_FFFF && (character & 0xFFFE) != 0xFFFE;
        };
    }
}
