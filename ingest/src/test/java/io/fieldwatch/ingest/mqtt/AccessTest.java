package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fieldwatch.ingest.BlockConfig;
import io.fieldwatch.ingest.access.AccessLists;
import io.fieldwatch.ingest.access.Gatekeeper;
import io.fieldwatch.ingest.access.RateLimits;
import io.fieldwatch.telemetry.Clock;
import io.fieldwatch.telemetry.RejectReason;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may publish what, over real sockets. */
class AccessTest {

    private static final String CAM_1 = "fieldwatch/v1/traffic-flow/cam-1";
    private static final String CAM_2 = "fieldwatch/v1/traffic-flow/cam-2";
    private static final String OBSERVATION = "{\"intensity\":1}";

    private final AccessLists lists = new AccessLists();
    private Engine engine;

    @BeforeEach
    void start() throws IOException {
        lists.set(
                AccessLists.user("cam-1", "secret-1", "cam-1"), AccessLists.user("gw-1", "secret-2", "cam-1", "cam-2"));
        RateLimits limits = new RateLimits(20, 0, 0, 1);
        engine = new Engine(BlockConfig.standard(), Engine.closed(), new Gatekeeper(lists, limits, Clock.system()));
        lists.onChange(engine.endpoint::recheck);
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void tellsWhyNobodyComesIn() throws IOException {
        assertThat(answer(3, null, null)).isEqualTo("20020005");
        assertThat(answer(5, null, null)).isEqualTo("2003008700");
        assertThat(answer(3, "cam-1", "wrong")).isEqualTo("20020004");
        assertThat(answer(5, "cam-1", "wrong")).isEqualTo("2003008600");
        assertThat(answer(5, "nobody", "secret-1")).isEqualTo("2003008600");
        assertThat(answer(3, "cam-1", "secret-1")).isEqualTo("20020000");
    }

    @Test
    void makesWhoeverFailsTooOftenWait() throws IOException {
        for (int i = 0; i < 5; i++) {
            assertThat(answer(5, "cam-1", "wrong")).isEqualTo("2003008600");
        }
        assertThat(answer(5, "cam-1", "secret-1")).isEqualTo("2003009f00");
        assertThat(answer(3, "cam-1", "secret-1")).isEqualTo("20020003");
        assertThat(answer(5, "gw-1", "secret-2")).startsWith("20");
    }

    @Test
    void letsADeviceWriteOnlyAsItself() throws Exception {
        try (RawClient five = client(5, "a", "cam-1", "secret-1");
                RawClient three = client(3, "b", "cam-1", "secret-1")) {
            assertThat(five.publish5(2, 1, CAM_1, "00", OBSERVATION).read()).isEqualTo("40020001");
            assertThat(five.publish5(2, 2, CAM_2, "00", OBSERVATION).read()).isEqualTo("4003000287");
            assertThat(five.publish5(2, 3, CAM_2 + "/about", "00", "{}").read()).isEqualTo("4003000387");
            assertThat(three.publish3(2, 4, CAM_2, OBSERVATION).read()).isEqualTo("40020004");
            assertThat(five.publish5(2, 5, "fieldwatch/v1/traffic-flow", "00", "{\"device\":\"cam-2\",\"intensity\":1}")
                            .read())
                    .isEqualTo("4003000587");
        }
        assertThat(engine.records().observations).extracting(o -> o.device()).containsExactly("cam-1");
        assertThat(engine.records().rejected)
                .extracting(r -> r.reason())
                .containsOnly(RejectReason.NOT_ALLOWED)
                .hasSize(4);
    }

    @Test
    void letsAGatewayWriteForItsChildrenAndNobodyElse() throws Exception {
        try (RawClient gateway = client(5, "gw", "gw-1", "secret-2")) {
            String payload = "[{\"device\":\"cam-1\",\"intensity\":1},{\"device\":\"cam-3\",\"intensity\":2},"
                    + "{\"device\":\"cam-2\",\"intensity\":3}]";
            assertThat(gateway.publish5(2, 1, "fieldwatch/v1/traffic-flow", "00", payload)
                            .read())
                    .isEqualTo("40020001");
        }
        assertThat(engine.records().observations).extracting(o -> o.device()).containsExactly("cam-1", "cam-2");
        assertThat(engine.records().rejected)
                .singleElement()
                .satisfies(r -> assertThat(r.reason()).isEqualTo(RejectReason.NOT_ALLOWED));
    }

    @Test
    void takesAWillOnlyWhereItsClientMayWrite() throws Exception {
        for (String topic : List.of(CAM_2, CAM_1)) {
            try (RawClient client = engine.raw()) {
                String answer = client.send(RawClient.packet(
                                0x10,
                                HexFormat.of().parseHex("00044d51545405c6003c00"),
                                RawClient.text("w"),
                                new byte[] {0},
                                RawClient.text(topic),
                                RawClient.text("bye"),
                                RawClient.text("cam-1"),
                                RawClient.text("secret-1")))
                        .read();
                assertThat(answer).startsWith(topic.equals(CAM_1) ? "201d0000" : "2003008700");
            }
        }
        await().untilAsserted(() -> assertThat(engine.records().offline).hasSize(1));
    }

    @Test
    void keepsOneClientFromTakingTheNameOfAnother() throws Exception {
        try (RawClient one = client(5, "same-id", "cam-1", "secret-1");
                RawClient other = client(5, "same-id", "gw-1", "secret-2")) {
            assertThat(one.send("c000").read()).isEqualTo("d000");
            try (RawClient again = client(5, "same-id", "cam-1", "secret-1")) {
                assertThat(one.read()).isEqualTo("e0018e");
                assertThat(again.send("c000").read()).isEqualTo("d000");
            }
            assertThat(other.send("c000").read()).isEqualTo("d000");
        }
    }

    @Test
    void endsTheConnectionOfWhoIsRevokedAndHoldsToNewPermissionsAtOnce() throws Exception {
        try (RawClient device = client(5, "d", "cam-1", "secret-1");
                RawClient gateway = client(5, "g", "gw-1", "secret-2")) {
            assertThat(gateway.publish5(2, 1, CAM_1, "00", OBSERVATION).read()).isEqualTo("40020001");
            lists.set(AccessLists.user("gw-1", "secret-2", "cam-2"));
            assertThat(device.read()).isEqualTo("e00187");
            assertThat(device.read()).isEqualTo(RawClient.CLOSED);
            assertThat(gateway.publish5(2, 2, CAM_1, "00", OBSERVATION).read()).isEqualTo("4003000287");
            assertThat(gateway.publish5(2, 3, CAM_2, "00", OBSERVATION).read()).isEqualTo("40020003");
        }
        assertThat(answer(5, "cam-1", "secret-1")).isEqualTo("2003008600");
    }

    @Test
    void endsTheConnectionOfWhoSendsMoreThanItMay() throws Exception {
        try (RawClient client = client(5, "fast", "cam-1", "secret-1")) {
            String last = "";
            for (int id = 1; id <= 40 && !last.startsWith("e0"); id++) {
                last = client.publish5(2, id, CAM_1, "00", OBSERVATION).read();
            }
            assertThat(last).isEqualTo("e00196");
        }
        try (RawClient again = client(5, "other-id", "cam-1", "secret-1")) {
            // The allowance is the user's, not the connection's.
            assertThat(again.publish5(2, 1, CAM_1, "00", OBSERVATION).read()).matches("40020001|e00196");
        }
    }

    private String answer(int version, @Nullable String user, @Nullable String token) throws IOException {
        try (RawClient client = engine.raw()) {
            return client.send(connect(version, "id", user, token)).read();
        }
    }

    private RawClient client(int version, String id, @Nullable String user, @Nullable String token) throws IOException {
        RawClient client = engine.raw();
        assertThat(client.send(connect(version, id, user, token)).read())
                .startsWith(version == 5 ? "201d" : "20020000");
        return client;
    }

    private static byte[] connect(int version, String id, @Nullable String user, @Nullable String token)
            throws IOException {
        byte[] head = HexFormat.of()
                .parseHex("00044d515454" + (version == 5 ? "05" : "04") + (user == null ? "02" : "c2") + "003c");
        byte[] properties = version == 5 ? new byte[] {0} : new byte[0];
        return user == null || token == null
                ? RawClient.packet(0x10, head, properties, RawClient.text(id))
                : RawClient.packet(
                        0x10, head, properties, RawClient.text(id), RawClient.text(user), RawClient.text(token));
    }
}
