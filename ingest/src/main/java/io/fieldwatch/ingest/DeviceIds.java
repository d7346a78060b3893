package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.DeviceDefinition;
import java.nio.charset.StandardCharsets;

/** Which texts may name a device, and which may stand in the log at all. */
final class DeviceIds {

    private DeviceIds() {}

    /**
     * 1 to 128 bytes of UTF-8 without control characters, separators or wildcards of topics. U+FFFD is what a decoder
     * puts for bytes that are no UTF-8: two devices would become one.
     */
    static boolean valid(String id) {
        if (id.isEmpty() || id.length() > DeviceDefinition.EXTERNAL_ID_BYTES_MAX || !plain(id)) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c == '/' || c == '+' || c == '#' || c == '\uFFFD') {
                return false;
            }
        }
        return id.getBytes(StandardCharsets.UTF_8).length <= DeviceDefinition.EXTERNAL_ID_BYTES_MAX;
    }

    /** No control characters and no halves of surrogate pairs: what every store and screen can hold. */
    static boolean plain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** The text cut and cleaned for a sentence that quotes it. */
    static String quoted(String text) {
        boolean isCut = text.length() > 64;
        return "'" + cleaned(isCut ? text.substring(0, 64) : text) + (isCut ? "…'" : "'");
    }

    /** The text with a question mark for each character that a store or a screen could not hold. */
    static String cleaned(String text) {
        StringBuilder cleaned = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            cleaned.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return cleaned.toString();
    }
}
