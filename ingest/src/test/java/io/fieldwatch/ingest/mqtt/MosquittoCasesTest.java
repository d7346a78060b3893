package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The packet cases of Eclipse Mosquitto's broker tests, one by one against the real endpoint. What this endpoint does
 * otherwise on purpose stands in {@code mosquitto-deviations.txt} with its reason; a deviation that is none any more
 * fails, too.
 */
class MosquittoCasesTest {

    private static final String DEVIATIONS = "mosquitto-deviations.txt";
    private static final double DEVIATIONS_MAX = 0.05;
    private static final String PINGREQ = "c000";
    private static final String PINGRESP = "d000";

    private static Engine engine;

    /** One case: what is sent, what must come back, and whether the connection is over then. */
    private record Case(String id, int version, boolean connects, List<JsonNode> messages, boolean ends) {

        /** Empty when all is as Mosquitto has it, else what differs. */
        String difference(RawClient client) throws IOException {
            if (connects) {
                String connAck = version == 5
                        ? client.connect5(id, 60).read()
                        : client.connect3(id, 60).read();
                if (!connAck.startsWith("20") || !connAck.startsWith("00", 6)) {
                    return "CONNECT is answered by " + connAck;
                }
            }
            for (JsonNode message : messages) {
                String hex = message.path("payload").asText().replace(" ", "").toLowerCase(Locale.ROOT);
                switch (message.path("type").asText()) {
                    case "send" -> sendOrMiss(client, hex);
                    case "recv" -> {
                        String read = client.read();
                        if (!read.equals(hex)) {
                            return "answers " + read + " and not " + hex;
                        }
                    }
                    default -> {
                        return "a " + message.path("type").asText() + " of another client is to be delivered";
                    }
                }
            }
            if (ends) {
                String read = client.read();
                return read.equals(RawClient.CLOSED) ? "" : "answers " + read + " and does not close";
            }
            sendOrMiss(client, PINGREQ);
            String read = client.read();
            return read.equals(PINGRESP) ? "" : "answers " + read + " and is not there any more";
        }

        /** The connection may be gone already, which what is read next shows. */
        private static void sendOrMiss(RawClient client, String hex) {
            try {
                client.send(hex);
            } catch (IOException e) {
                assertThat(e).isNotNull();
            }
        }
    }

    @BeforeAll
    static void start() throws IOException {
        engine = new Engine();
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @TestFactory
    Stream<DynamicTest> everyCase() throws IOException {
        Map<String, String> deviations = deviations();
        return cases().stream().map(each -> dynamicTest(each.id(), () -> run(each, deviations)));
    }

    @Test
    void deviatesInFewCasesAndOnlyInCasesThatAreThere() throws IOException {
        List<Case> cases = cases();
        Set<String> ids = new HashSet<>();
        cases.forEach(each -> assertThat(ids.add(each.id())).as(each.id()).isTrue());
        Map<String, String> deviations = deviations();
        assertThat(ids).containsAll(deviations.keySet());
        assertThat(deviations.size()).isLessThanOrEqualTo((int) (cases.size() * DEVIATIONS_MAX));
    }

    private static void run(Case each, Map<String, String> deviations) throws IOException {
        String difference;
        try (RawClient client = engine.raw()) {
            difference = each.difference(client);
        }
        if (deviations.containsKey(each.id())) {
            assertThat(difference).as(each.id() + " is no deviation any more").isNotEmpty();
        } else {
            assertThat(difference).as(each.id()).isEmpty();
        }
    }

    private static List<Case> cases() throws IOException {
        Path directory = directory();
        ObjectMapper mapper = new ObjectMapper();
        List<Case> cases = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                for (JsonNode group : mapper.readTree(file.toFile())) {
                    for (JsonNode test : group.path("tests")) {
                        cases.add(of(group.path("group").asText(), test, ids));
                    }
                }
            }
        }
        return cases;
    }

    private static Case of(String group, JsonNode test, Set<String> ids) {
        String name = (group + ": " + test.path("name").asText())
                .replaceAll("\\s+", " ")
                .strip();
        String id = name;
        for (int i = 2; !ids.add(id); i++) {
            id = name + " (" + i + ")"; // some names are there several times
        }
        List<JsonNode> messages = new ArrayList<>();
        test.path("msgs").forEach(messages::add);
        return new Case(
                id,
                test.path("ver").asInt(4),
                test.path("connect").asBoolean(true),
                messages,
                test.path("expect_disconnect").asBoolean(true));
    }

    /** The cases lie beside the checkout, or above it. */
    private static Path directory() {
        for (Path above = Path.of("").toAbsolutePath(); above != null; above = above.getParent()) {
            Path found = above.resolve("shared/data/mqtt-packets");
            if (Files.isDirectory(found)) {
                return found;
            }
        }
        assumeTrue(false, "shared/data/mqtt-packets is not beside the checkout");
        throw new IllegalStateException();
    }

    /** By the case's id, the reason. */
    private static Map<String, String> deviations() throws IOException {
        Map<String, String> deviations = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(MosquittoCasesTest.class.getResourceAsStream(DEVIATIONS)),
                StandardCharsets.UTF_8))) {
            String reason = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("# ")) {
                    reason = line.substring(2);
                } else if (!line.isBlank()) {
                    deviations.put(line.strip(), reason);
                }
            }
        }
        return deviations;
    }
}
