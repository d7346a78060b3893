package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.fieldwatch.ingest.BlockConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Clients that go over what they were told, or quarrel over one name. */
final class HostileSessions {

    private static final int TAKE_OVERS = 400;
    private static final int WRONG_LOGINS = 2_000;

    private HostileSessions() {}

    static List<HostileInput> all() {
        return List.of(
                HostileInput.of(30, "more messages under way than allowed", HostileSessions::receiveMaximum),
                HostileInput.of(31, "a packet id twice before its PUBACK", HostileSessions::idTwice),
                HostileInput.of(32, "QoS 2 ids never released", HostileSessions::neverReleased, Ending.QUOTA_EXCEEDED),
                HostileInput.of(35, "two clients with one id", HostileSessions::pingPong, Ending.SESSION_TAKEN_OVER),
                HostileInput.of(36, "wrong passwords without end", HostileSessions::wrongPasswords, Ending.BACKING_OFF),
                HostileInput.of(
                        37, "keep-alives of all lengths", HostileSessions::keepAlives, Ending.KEEP_ALIVE_TIMEOUT));
    }

    /** On an endpoint whose log holds everything back. */
    private static void receiveMaximum(HostileTarget target) throws IOException {
        try (Engine engine = new Engine(BlockConfig.standard(), Engine.config(50, 4096, Duration.ofSeconds(10)));
                RawClient client = engine.raw()) {
            engine.log.hold();
            client.connect5("greedy", 30).read();
            for (int id = 1; id <= 5; id++) {
                client.publish5(2, id, HostileTarget.TOPIC, "00", HostileTarget.OBSERVATION);
            }
            assertThat(client.read()).isEqualTo("e00193");
            engine.log.releaseHeld();
        }
    }

    private static void idTwice(HostileTarget target) throws IOException {
        try (Engine engine = new Engine();
                RawClient client = engine.raw()) {
            engine.log.hold();
            client.connect5("twice", 30).read();
            client.publish5(2, 7, HostileTarget.TOPIC, "00", HostileTarget.OBSERVATION);
            client.publish5(10, 7, HostileTarget.TOPIC, "00", HostileTarget.OBSERVATION);
            engine.log.releaseHeld();
            assertThat(client.read()).isEqualTo("40020007");
            assertThat(client.read()).isEqualTo("40020007");
            assertThat(client.send("c000").read()).isEqualTo("d000");
        }
    }

    private static void neverReleased(HostileTarget target) throws IOException {
        try (RawClient client = target.three("never")) {
            for (int id = 1; id <= 256; id++) {
                assertThat(client.publish3(4, id, HostileTarget.TOPIC, HostileTarget.OBSERVATION)
                                .read())
                        .isEqualTo(String.format("5002%04x", id));
            }
            client.publish3(4, 257, HostileTarget.TOPIC, HostileTarget.OBSERVATION);
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    private static void pingPong(HostileTarget target) throws IOException {
        RawClient here = target.five("same");
        for (int i = 0; i < TAKE_OVERS; i++) {
            RawClient next = target.five("same");
            assertThat(here.read()).isEqualTo("e0018e");
            here.close();
            here = next;
        }
        assertThat(here.send("c000").read()).isEqualTo("d000");
        here.close();
    }

    private static void wrongPasswords(HostileTarget target) throws IOException {
        for (int i = 0; i < WRONG_LOGINS; i++) {
            try (RawClient client = target.raw()) {
                client.send(HostileTexts.login(HostileTarget.USER, "wrong-" + i));
                assertThat(client.read()).matches("20020004|20020003");
            }
        }
    }

    private static void keepAlives(HostileTarget target) throws Exception {
        try (RawClient quick = target.raw();
                RawClient never = target.raw();
                RawClient longest = target.raw()) {
            quick.connect5("quick", 1).read();
            never.connect3("never", 0).read();
            longest.connect3("longest", 65_535).read();
            assertThat(quick.read()).isEqualTo("e0018d");
            assertThat(never.send("c000").read()).isEqualTo("d000");
            assertThat(longest.send("c000").read()).isEqualTo("d000");
        }
    }
}
