package io.fieldwatch.storage;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One connection through {@link PostgresProxy}: a thread for each direction. */
final class ProxiedConnection {

    private static final int SSL_REQUEST = 80_877_103;
    private static final int GSS_REQUEST = 80_877_104;
    private static final int BUFFER = 64 << 10;

    private final PostgresProxy proxy;
    private final Socket client;
    private final Socket server;
    private final Map<String, String> statements = new HashMap<>();
    private final Map<String, String> portals = new HashMap<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final CountDownLatch directions = new CountDownLatch(2);
    /** Nothing passes any more, and neither end notices. */
    private volatile boolean silent;
    /** The client is gone; what it said last is still on its way to the server. */
    private volatile boolean clientGone;

    private volatile boolean copied;
    private volatile int backend;

    private interface Direction {
        void pass() throws IOException, InterruptedException;
    }

    ProxiedConnection(PostgresProxy proxy, Socket client, Socket server) throws IOException {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
    }

    void start() {
        PostgresProxy.daemon(
                "postgres-proxy-requests",
                () -> run(() -> {
                    try {
                        requests();
                    } finally {
                        if (!silent && !clientGone) {
                            end(server, false);
                        }
                    }
                }));
        PostgresProxy.daemon(
                "postgres-proxy-answers",
                () -> run(() -> {
                    try {
                        answers();
                    } finally {
                        if (!silent) {
                            end(client, false);
                            end(server, false);
                        }
                    }
                }));
    }

    void silence() {
        silent = true;
    }

    boolean silent() {
        return silent;
    }

    void reset() {
        over.countDown();
        end(client, true);
        end(server, true);
    }

    /** @return whether both directions have ended in that time */
    boolean join(Duration wait) throws InterruptedException {
        return directions.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void run(Direction direction) {
        try {
            direction.pass();
        } catch (IOException e) {
            ended(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            directions.countDown();
            if (directions.getCount() == 0) {
                proxy.ended(this);
            }
        }
    }

    private void requests() throws IOException, InterruptedException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream(), BUFFER));
        OutputStream out = new BufferedOutputStream(server.getOutputStream(), BUFFER);
        WireMessage message = new WireMessage();
        startup(in, message);
        forward(message, out);
        out.flush();
        while (message.read(in)) {
            pass(message, request(message), out);
            if (in.available() == 0) {
                out.flush();
            }
        }
    }

    /** Without encryption, because the proxy is to understand what passes. */
    private void startup(DataInputStream in, WireMessage message) throws IOException {
        message.readStartup(in);
        while (message.intAt(0) == SSL_REQUEST || message.intAt(0) == GSS_REQUEST) {
            if (!silent) {
                client.getOutputStream().write('N');
            }
            message.readStartup(in);
        }
    }

    private void answers() throws IOException, InterruptedException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(server.getInputStream(), BUFFER));
        OutputStream out = new BufferedOutputStream(client.getOutputStream(), BUFFER);
        WireMessage message = new WireMessage();
        while (message.read(in)) {
            pass(message, answer(message), out);
            if (in.available() == 0 && !clientGone) {
                out.flush();
            }
        }
    }

    private Passing request(WireMessage message) {
        String text = "";
        switch (message.type()) {
            case 'P' -> statements.put(message.textAt(0), message.textAt(message.behindText(0)));
            case 'B' -> portals.put(message.textAt(0), statements.getOrDefault(secondText(message), ""));
            case 'C' -> (message.charAt(0) == 'S' ? statements : portals).remove(message.textAt(1));
            case 'Q' -> text = message.textAt(0);
            case 'E' -> text = portals.getOrDefault(message.textAt(0), "");
            case 'c' -> copied = true;
            default -> {}
        }
        return new Passing(true, message.type(), text.strip(), copied, backend);
    }

    private static String secondText(WireMessage message) {
        return message.textAt(message.behindText(0));
    }

    private Passing answer(WireMessage message) {
        String text = "";
        switch (message.type()) {
            case 'K' -> backend = message.intAt(0);
            case 'C' -> text = message.textAt(0);
            case 'Z' -> copied &= message.charAt(0) != 'I';
            default -> {}
        }
        return new Passing(false, message.type(), text, copied, backend);
    }

    /** Counts the message and forwards it, unless a fault has other plans with it. */
    private void pass(WireMessage message, Passing passing, OutputStream out) throws IOException, InterruptedException {
        if (silent) {
            return;
        }
        Fault fault = proxy.meet(passing);
        if (fault == null) {
            forward(message, out);
            return;
        }
        try {
            fail(fault.action(), message, passing, out);
        } finally {
            fault.happen();
        }
    }

    private void fail(Fault.Action action, WireMessage message, Passing passing, OutputStream out)
            throws IOException, InterruptedException {
        if (action instanceof Fault.Delay delay) {
            out.flush();
            pause(delay.delay());
            forward(message, out);
        } else if (action instanceof Fault.First first) {
            out.flush();
            first.what().accept(passing);
            forward(message, out);
        } else if (action instanceof Fault.Cut) {
            leave();
            end(server, false);
        } else if (action instanceof Fault.Reset) {
            reset();
        } else if (action instanceof Fault.ForwardAndCut) {
            forward(message, out);
            out.flush();
            leave();
            server.shutdownOutput();
        } else if (action instanceof Fault.CutAndForwardLater later) {
            leave();
            pause(later.delay());
            message.write(out);
            out.flush();
            server.shutdownOutput();
        } else if (action instanceof Fault.Hang) {
            out.flush();
            silence();
        } else if (action instanceof Fault.ForwardAndHang) {
            forward(message, out);
            out.flush();
            silence();
        }
    }

    private void forward(WireMessage message, OutputStream out) throws IOException {
        if (!silent && !clientGone) {
            message.write(out);
        }
    }

    /** The client's end is closed; what the server still says is read and goes nowhere. */
    private void leave() {
        clientGone = true;
        end(client, false);
    }

    private void pause(Duration time) throws InterruptedException {
        if (over.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("the proxy ends");
        }
    }

    private static void end(Socket socket, boolean reset) {
        try {
            if (reset && !socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            ended(e);
        }
    }

    /** Either end may go at any time, and the connection goes with it. */
    private static void ended(IOException e) {
        System.getLogger(ProxiedConnection.class.getName()).log(System.Logger.Level.DEBUG, "connection ended", e);
    }
}
