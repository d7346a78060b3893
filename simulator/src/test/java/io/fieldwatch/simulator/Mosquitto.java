package io.fieldwatch.simulator;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A real broker in a process of its own, on a free port, without persistence. */
public final class Mosquitto implements AutoCloseable {

    private final Path binary;
    private final Path folder;
    private final int port;
    private @Nullable Process process;

    private Mosquitto(Path binary, Path folder, int port) {
        this.binary = binary;
        this.folder = folder;
        this.port = port;
    }

    /** Started; without mosquitto the test is skipped, but fails where {@code CI=true}. */
    public static Mosquitto start(Path folder) throws IOException {
        Path binary = find();
        if (binary == null) {
            String message = "mosquitto is neither on the PATH nor in /usr/sbin: apt-get install mosquitto";
            if ("true".equals(System.getenv("CI"))) {
                throw new IllegalStateException(message);
            }
            return Assumptions.abort(message);
        }
        int port;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        Mosquitto broker = new Mosquitto(binary, folder, port);
        broker.start();
        return broker;
    }

    public int port() {
        return port;
    }

    void start() throws IOException {
        Path config = folder.resolve("mosquitto.conf");
        Files.writeString(
                config,
                "listener " + port + " 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\npersistence false\n");
        process = new ProcessBuilder(binary.toString(), "-c", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start();
        Awaitility.await().atMost(10, TimeUnit.SECONDS).until(this::listening);
    }

    void kill() throws InterruptedException {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().waitFor();
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    private boolean listening() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static @Nullable Path find() {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        for (String folder : path.split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder, "mosquitto");
            if (!folder.isEmpty() && Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        return null;
    }
}
