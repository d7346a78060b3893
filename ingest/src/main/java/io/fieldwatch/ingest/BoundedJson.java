package io.fieldwatch.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/** The JSON that devices may send, in depth and length, and what is said of the rest. One thread at a time. */
final class BoundedJson {

    private static final int DEPTH_MAX = 16;
    private static final int NUMBER_CHARS_MAX = 64;
    private static final int NAME_CHARS_MAX = 256;
    private static final int STRING_CHARS_MAX = 1024;
    private static final int PROBLEM_CHARS_MAX = 160;

    private final JsonFactory factory = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .maxNameLength(NAME_CHARS_MAX)
                    .maxStringLength(STRING_CHARS_MAX)
                    .build())
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /** A parser that fails with a {@link JsonProcessingException} beyond the limits. */
    JsonParser parser(byte[] bytes, int from, int length) throws IOException {
        return factory.createParser(bytes, from, length);
    }

    /** Jackson would guess UTF-16 and UTF-32 from byte order marks and zeros; the contract is UTF-8. */
    static boolean looksUtf8(byte[] bytes, int from, int length) {
        for (int i = from; i < from + Math.min(4, length); i++) {
            if (bytes[i] == 0 || bytes[i] == (byte) 0xFE || bytes[i] == (byte) 0xFF) {
                return false;
            }
        }
        return true;
    }

    /** What is wrong, in printable characters, and at which byte of the text. */
    static String problem(JsonProcessingException e) {
        long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
        String text = String.valueOf(e.getOriginalMessage());
        StringBuilder problem = new StringBuilder();
        for (int i = 0; i < Math.min(PROBLEM_CHARS_MAX, text.length()); i++) {
            char c = text.charAt(i);
            problem.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return at < 0 ? problem.toString() : problem + ", at byte " + at;
    }
}
