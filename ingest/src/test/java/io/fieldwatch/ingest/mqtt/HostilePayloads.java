package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.ingest.IngestMetric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Payloads made to hurt whoever reads them: each is acknowledged and in quarantine with a reason, or an observation. */
final class HostilePayloads {

    private HostilePayloads() {}

    static List<HostileInput> all() {
        return List.of(HostileInput.of(38, "payload bombs", HostilePayloads::bombs));
    }

    private static void bombs(HostileTarget target) throws IOException {
        List<byte[]> payloads = List.of(
                utf8("[".repeat(65_536)),
                utf8("{\"a\":".repeat(10_000)),
                utf8("{\"intensity\":1e999}"),
                utf8("{\"intensity\":-1e999}"),
                utf8("{\"intensity\":NaN}"),
                utf8("{\"intensity\":Infinity}"),
                utf8("{\"intensity\":" + "9".repeat(200_000) + "}"),
                utf8("{\"intensity\":0." + "0".repeat(200_000) + "1}"),
                utf8("{\"intensity\":1,\"intensity\":2}"),
                new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':', '1', '}'},
                new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0},
                utf8("{\"intensity\":1,\"time\":\"+292278994-08-17T07:12:55.807Z\"}"),
                utf8("{\"intensity\":1,\"time\":\"-292275055-05-16T16:47:04.192Z\"}"),
                utf8("{\"intensity\":1,\"time\":\"2036-11-23T07:00:00Z\"}"),
                utf8("{\"intensity\":1,\"time\":\"0001-01-01T00:00:00Z\"}"),
                utf8("{\"intensity\":1,\"time\":9223372036854775807}"),
                utf8("{\"intensity\":1,\"time\":-9223372036854775808}"),
                utf8("{\"unknown\":1}"),
                utf8("{\"" + "x".repeat(100_000) + "\":1}"),
                utf8("{\"device\":\"" + "x".repeat(100_000) + "\",\"intensity\":1}"),
                utf8("[" + "1,".repeat(50_000) + "1]"),
                utf8(" ".repeat(200_000)),
                new byte[0],
                new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, '{', '}'},
                new byte[] {0, '{', 0, '}'});
        long quarantined = target.metric(IngestMetric.OBSERVATIONS_QUARANTINED);
        try (RawClient client = target.five("bomber")) {
            for (byte[] payload : payloads) {
                client.send(RawClient.packet(0x32, RawClient.text(HostileTarget.TOPIC), new byte[] {0, 1, 0}, payload));
                assertThat(client.read()).isEqualTo("4003000199");
            }
        }
        assertThat(target.metric(IngestMetric.OBSERVATIONS_QUARANTINED))
                .isGreaterThanOrEqualTo(quarantined + payloads.size());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
