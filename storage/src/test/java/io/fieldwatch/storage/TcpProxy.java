package io.fieldwatch.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Between fieldwatch and its database; it can lose the answer to a COMMIT that the database got. */
final class TcpProxy implements AutoCloseable {

    private final ServerSocket server;
    private final int targetPort;
    private final AtomicInteger commitsToCut = new AtomicInteger();
    private final List<Socket> sockets = new ArrayList<>();
    private volatile boolean refusing;

    TcpProxy(int targetPort) throws IOException {
        this.targetPort = targetPort;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Forwards the next COMMITs of transactions that wrote a position, and then cuts before the answer comes back. */
    void cutAfterCommits(int count) {
        commitsToCut.set(count);
    }

    int commitsLeftToCut() {
        return commitsToCut.get();
    }

    /** While refusing, new connections end at once and the existing ones are cut. */
    void refuse(boolean yes) {
        refusing = yes;
        if (yes) {
            closeAll();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        closeAll();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                Socket target = new Socket(InetAddress.getLoopbackAddress(), targetPort);
                synchronized (sockets) {
                    sockets.add(client);
                    sockets.add(target);
                }
                daemon(() -> forward(client, target));
                daemon(() -> pump(target, client));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void forward(Socket client, Socket target) {
        boolean wrote = false;
        byte[] buffer = new byte[64 << 10];
        try (client;
                target) {
            InputStream in = client.getInputStream();
            OutputStream out = target.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                String text = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
                wrote |= text.contains("PGCOPY");
                boolean cut = wrote && text.contains("COMMIT") && commitsToCut.getAndUpdate(n -> n > 0 ? n - 1 : 0) > 0;
                if (cut) {
                    client.shutdownOutput(); // from now on no answer reaches the client
                }
                out.write(buffer, 0, read);
                if (cut) {
                    Thread.sleep(300); // the server commits
                    return;
                }
            }
        } catch (IOException e) {
            ended(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pump(Socket from, Socket to) {
        byte[] buffer = new byte[64 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            ended(e);
        }
    }

    /** Either end may go at any time; the pair ends with it. */
    private static void ended(IOException e) {
        System.Logger log = System.getLogger(TcpProxy.class.getName());
        log.log(System.Logger.Level.DEBUG, "connection ended", e);
    }

    private void closeAll() {
        synchronized (sockets) {
            for (Socket socket : sockets) {
                try {
                    socket.close();
                } catch (IOException e) {
                    ended(e);
                }
            }
            sockets.clear();
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
