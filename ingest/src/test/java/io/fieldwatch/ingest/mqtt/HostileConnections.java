package io.fieldwatch.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What is wrong before or beside any packet: silence, dribbling, resets, other protocols. */
final class HostileConnections {

    private static final int SILENT = 50;
    private static final int RESETS = 2_000;
    private static final long DRIBBLE_MILLIS = 50;

    private HostileConnections() {}

    static List<HostileInput> all() {
        return List.of(
                HostileInput.of(
                        1, "a connection that says nothing", HostileConnections::silent, Ending.CONNECT_TIMEOUT),
                HostileInput.of(
                        2, "CONNECT a byte at a time", HostileConnections::dribbledConnect, Ending.CONNECT_TIMEOUT),
                HostileInput.of(
                        4, "PUBLISH a byte at a time", HostileConnections::dribbledPublish, Ending.PACKET_TIMEOUT),
                HostileInput.of(5, "a client that never reads", HostileConnections::deaf, Ending.READER_STALLED),
                HostileInput.of(6, "half-close, then reset", HostileConnections::halfClose, Ending.LOST),
                HostileInput.of(7, "reset in the middle of a packet", HostileConnections::resets),
                HostileInput.of(40, "other protocols", HostileConnections::otherProtocols, Ending.NOT_MQTT));
    }

    private static void silent(HostileTarget target) throws IOException {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < SILENT; i++) {
            clients.add(target.raw());
        }
        for (RawClient client : clients) {
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
            client.close();
        }
    }

    private static void dribbledConnect(HostileTarget target) throws Exception {
        try (RawClient client = target.raw()) {
            dribble(client, new byte[] {0x10, 60, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 48});
            assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        }
    }

    private static void dribbledPublish(HostileTarget target) throws Exception {
        try (RawClient client = target.five("dribbler")) {
            dribble(client, new byte[] {0x32, 100, 0, 2, 'a', 'b', 0, 1, 0});
            assertThat(client.read()).isEqualTo("e00181");
        }
    }

    private static void dribble(RawClient client, byte[] beginning) throws InterruptedException {
        try {
            for (int i = 0; i < 40; i++) {
                client.send(new byte[] {i < beginning.length ? beginning[i] : (byte) 'x'});
                Thread.sleep(DRIBBLE_MILLIS);
            }
        } catch (IOException e) {
            assertThat(e).isInstanceOf(SocketException.class); // it was ended before it had finished
        }
    }

    private static void deaf(HostileTarget target) throws Exception {
        try (RawClient client = RawClient.deaf(target.endpoint.port())) {
            client.connect3("deaf", 0);
            byte[] pings = new byte[1 << 16];
            for (int i = 0; i < pings.length; i += 2) {
                pings[i] = (byte) 0xC0;
            }
            for (int i = 0; i < 10_000; i++) {
                client.send(pings);
            }
            assertThat(false).as("640 MB were taken without a word being read").isTrue();
        } catch (SocketException e) {
            assertThat(e).isNotNull(); // ended by the endpoint
        }
    }

    private static void halfClose(HostileTarget target) throws Exception {
        RawClient client = target.three("half");
        client.shutdownOutput();
        assertThat(client.read()).isEqualTo(RawClient.CLOSED);
        client.reset();
    }

    private static void resets(HostileTarget target) throws IOException {
        for (int i = 0; i < RESETS; i++) {
            RawClient client = target.raw();
            client.send(i % 2 == 0 ? "10 20 0004 4d51" : "10");
            client.reset();
        }
    }

    private static void otherProtocols(HostileTarget target) throws IOException {
        target.closes("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        target.closes("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n".getBytes(StandardCharsets.US_ASCII));
        target.closes("0d0a0d0a000d0a515549540a 21 11 000c 7f000001 7f000001 0001 0002");
        target.closes("16 0301 0005 0100000100");
        target.closes("81 85 00000000 68656c6c6f"); // a frame of WebSocket, which is not offered
        target.closes("00".repeat(512));
        target.closes("ff".repeat(512));
    }
}
