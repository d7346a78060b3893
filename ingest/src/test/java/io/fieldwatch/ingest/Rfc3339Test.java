package io.fieldwatch.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-23T07:00:00Z",
                "2026-11-23T07:00:00.2Z",
                "2026-11-23T07:00:00.250Z",
                "2026-11-23T14:00:00.123456+07:00",
                "2026-11-23T00:00:00-05:30",
                "2024-02-29T23:59:59.999999Z",
                "2000-02-29T00:00:00Z",
                "1970-01-01T00:00:00Z",
                "0001-01-01T00:00:00Z",
                "9999-12-31T23:59:59.999999Z"
            })
    void agreesWithJavaTime(String text) {
        assertThat(micros(text)).isEqualTo(javaTime(text));
    }

    @Test
    void agreesWithJavaTimeOnManyTimes() {
        SplittableRandom random = new SplittableRandom(20261123);
        for (int i = 0; i < 20_000; i++) {
            Instant time = Instant.ofEpochSecond(
                    random.nextLong(-62_135_596_800L, 253_402_300_799L), random.nextInt(1_000_000) * 1000L);
            String text = OffsetDateTime.ofInstant(time, ZoneOffset.ofHoursMinutes(random.nextInt(14), 30))
                    .toString();
            if (text.length() < 25 || text.charAt(0) == '+' || text.charAt(0) == '-') {
                continue; // java.time leaves out zero seconds and writes years of five digits
            }
            assertThat(micros(text)).as(text).isEqualTo(javaTime(text));
        }
    }

    @Test
    void cutsWhatIsFinerThanMicroseconds() {
        assertThat(micros("2026-11-23T07:00:00.123456789Z")).isEqualTo(micros("2026-11-23T07:00:00.123456Z"));
    }

    @Test
    void takesWhatTheStandardAllowsBesides() {
        assertThat(micros("2026-11-23t07:00:00z")).isEqualTo(micros("2026-11-23T07:00:00Z"));
        assertThat(micros("2026-11-23 07:00:00Z")).isEqualTo(micros("2026-11-23T07:00:00Z"));
        assertThat(micros("2016-12-31T23:59:60Z")).isEqualTo(micros("2017-01-01T00:00:00Z"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-11-23",
                "2026-11-23T07:00:00",
                "2026-11-23T07:00Z",
                "2026-13-01T00:00:00Z",
                "2026-00-01T00:00:00Z",
                "2026-02-29T00:00:00Z",
                "1900-02-29T00:00:00Z",
                "2026-11-31T00:00:00Z",
                "2026-11-23T24:00:00Z",
                "2026-11-23T07:60:00Z",
                "2026-11-23T07:00:60Z",
                "2026-11-23T07:00:00.Z",
                "2026-11-23T07:00:00.1234567890Z",
                "2026-11-23T07:00:00,5Z",
                "2026-11-23T07:00:00+0700",
                "2026-11-23T07:00:00+07",
                "2026-11-23T07:00:00+24:00",
                "2026-11-23T07:00:00ZZ",
                "2026-11-23T07:00:00Z ",
                "2026/11/23T07:00:00Z",
                "+026-11-23T07:00:00Z",
                "٢٠٢٦-11-23T07:00:00Z"
            })
    void refusesWhatIsNoDateTime(String text) {
        assertThat(micros(text)).isEqualTo(Rfc3339.NONE);
    }

    private static long micros(String text) {
        byte[] bytes = ("xx" + text + "yy").getBytes(StandardCharsets.US_ASCII);
        return Rfc3339.micros(bytes, 2, text.length());
    }

    private static long javaTime(String text) {
        Instant time = OffsetDateTime.parse(text).toInstant();
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
    }
}
