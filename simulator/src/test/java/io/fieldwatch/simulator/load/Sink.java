package io.fieldwatch.simulator.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The other side of a load client, by hand: remembers every PUBLISH and acknowledges as it is told. */
final class Sink implements AutoCloseable {

    private final ServerSocket server;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<String> published = new ArrayList<>();
    private final List<String> connects = new ArrayList<>();
    private volatile int connAckCode;
    private volatile int pubAckReason;
    private volatile boolean acknowledges = true;
    private volatile boolean byteByByte;

    Sink() throws IOException {
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void refuseConnects(int code) {
        connAckCode = code;
    }

    void refuseMessages(int reason) {
        pubAckReason = reason;
    }

    void acknowledge(boolean does) {
        acknowledges = does;
    }

    void answerByteByByte() {
        byteByByte = true;
    }

    /** Bodies of the PUBLISH packets, in hexadecimal, in the order of arrival. */
    synchronized List<String> published() {
        return new ArrayList<>(published);
    }

    synchronized List<String> connects() {
        return new ArrayList<>(connects);
    }

    synchronized int unanswered() {
        return published.size();
    }

    synchronized void closeConnections() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        server.close();
        closeConnections();
    }

    private void accept() throws IOException {
        while (!server.isClosed()) {
            Socket socket = server.accept();
            socket.setTcpNoDelay(true);
            synchronized (this) {
                sockets.add(socket);
            }
            start(() -> serve(socket));
        }
    }

    private void serve(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        while (true) {
            int first = in.readUnsignedByte();
            int length = 0;
            int digit;
            int shift = 0;
            do {
                digit = in.readUnsignedByte();
                length |= (digit & 0x7F) << shift;
                shift += 7;
            } while (digit > 127);
            byte[] body = in.readNBytes(length);
            String hex = HexFormat.of().formatHex(body);
            switch (first & 0xF0) {
                case 0x10 -> {
                    synchronized (this) {
                        connects.add(hex);
                    }
                    // receive maximum 3, behind a user property
                    answer(out, "2010 00" + String.format("%02x", connAckCode) + "0d 26 0003 616263 0002 6465 210003");
                }
                case 0x30 -> publish(out, first, body, hex);
                case 0xC0 -> answer(out, "d000");
                default -> {} // DISCONNECT
            }
        }
    }

    private void publish(OutputStream out, int first, byte[] body, String hex) throws IOException {
        synchronized (this) {
            published.add(hex);
        }
        if ((first & 6) == 0 || !acknowledges) {
            return;
        }
        int at = 2 + (((body[0] & 0xFF) << 8) | (body[1] & 0xFF));
        String id = hex.substring(2 * at, 2 * at + 4);
        answer(out, pubAckReason == 0 ? "4002" + id : "4003" + id + String.format("%02x", pubAckReason));
    }

    private void answer(OutputStream out, String hex) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        if (byteByByte) {
            for (byte b : bytes) {
                out.write(b);
                out.flush();
            }
        } else {
            out.write(bytes);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        return; // closed
                    }
                },
                "sink");
        thread.setDaemon(true);
        thread.start();
    }
}
