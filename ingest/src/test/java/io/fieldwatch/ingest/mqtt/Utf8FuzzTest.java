package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What counts as a string of MQTT, against Java's own strict decoder and the characters MQTT lets a receiver refuse. */
class Utf8FuzzTest {

    @FuzzTest(maxDuration = "5m")
    void agreesWithTheJdk(byte[] bytes) {
        boolean expected = isAllowed(bytes, 0);
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        assertThat(Utf8.valid(buffer, 0, bytes.length)).isEqualTo(expected);
        if (bytes.length > 1) {
            // Neither what stands before nor what stands behind the string matters.
            assertThat(Utf8.valid(buffer, 1, bytes.length)).isEqualTo(isAllowed(bytes, 1));
            assertThat(Utf8.valid(buffer, 0, bytes.length - 1))
                    .isEqualTo(isAllowed(Arrays.copyOf(bytes, bytes.length - 1), 0));
        }
    }

    private static boolean isAllowed(byte[] bytes, int from) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder() // reports what is malformed
                    .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
                    .codePoints()
                    .noneMatch(Utf8FuzzTest::isExcluded);
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static boolean isExcluded(int character) {
        boolean isControl = character < 0x20 || (character >= 0x7F && character < 0xA0);
        boolean isNoCharacter = (character >= 0xFDD0 && character <= 0xFDEF) || (character & 0xFFFE) == 0xFFFE;
        return isControl || isNoCharacter;
    }
}
