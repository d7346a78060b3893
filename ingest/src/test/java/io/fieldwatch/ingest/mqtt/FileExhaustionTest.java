package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hostile input 39: a crowd takes every connection that the process may open. */
class FileExhaustionTest {

    private static final int FILES = 160;
    private static final int CROWD = 300;

    @Test
    @Timeout(60)
    void keepsFilesForItselfHoweverManyComeAndServesAgainWhenTheyLeave() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n " + FILES + " && exec \"$0\" \"$@\"",
                        java,
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Crowded.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int port = port(lines);
            List<RawClient> crowd = new ArrayList<>();
            int served = 0;
            for (int i = 0; i < CROWD; i++) {
                RawClient client = new RawClient(port);
                crowd.add(client);
                served += isServed(client, i) ? 1 : 0;
            }
            assertThat(served).isBetween(1, FILES - 40);
            process.getOutputStream().write("open a file\n".getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
            assertThat(lines.readLine()).isEqualTo("opened");
            for (RawClient client : crowd) {
                client.close();
            }
            Thread.sleep(500);
            try (RawClient good = new RawClient(port)) {
                assertThat(good.connect5("good", 60).read()).startsWith("20");
                assertThat(good.publish5(2, 1, HostileTarget.TOPIC, "00", HostileTarget.OBSERVATION)
                                .read())
                        .isEqualTo("40020001");
            }
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static int port(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("port ")) {
                return Integer.parseInt(line.substring("port ".length()));
            }
        }
        throw new IOException("the process has not said its port");
    }

    private static boolean isServed(RawClient client, int number) {
        try {
            return client.connect3("crowd-" + number, 0).read().equals(RawClient.CONNACK_3);
        } catch (IOException e) {
            return false; // closed at once
        }
    }

    /** The process that is crowded. */
    static final class Crowded {

        private Crowded() {}

        public static void main(String[] words) throws Exception {
            try (HostileTarget target = new HostileTarget()) {
                System.out.println("port " + target.endpoint.port());
                System.in.read(); // told to open what the log would need: its next file
                Path file = java.nio.file.Files.createTempFile("crowded", "");
                java.nio.file.Files.writeString(file, "there is still a file to be had");
                java.nio.file.Files.delete(file);
                System.out.println("opened");
                Thread.sleep(60_000);
            }
        }
    }
}
