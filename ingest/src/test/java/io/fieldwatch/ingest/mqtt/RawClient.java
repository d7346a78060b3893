package io.fieldwatch.ingest.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** MQTT by the byte, for what no client library would send. Packets are hexadecimal digits; spaces are for reading. */
final class RawClient implements AutoCloseable {

    static final String CONNACK_3 = "20020000";
    static final String CLOSED = "closed";

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RawClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** On a connection that is there already. */
    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(5000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** A client whose kernel takes in very little that nobody reads. */
    static RawClient deaf(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(2048);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new RawClient(socket);
    }

    /** Ends the connection with RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    RawClient send(String hex) throws IOException {
        return send(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    RawClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /** CONNECT of 3.1.1 with a clean session. */
    RawClient connect3(String clientId, int keepAliveSeconds) throws IOException {
        return send(packet(0x10, bytes("00044d515454 04 02", keepAliveSeconds), text(clientId)));
    }

    /** CONNECT of 5 without properties. */
    RawClient connect5(String clientId, int keepAliveSeconds) throws IOException {
        return send(packet(0x10, bytes("00044d515454 05 02", keepAliveSeconds), new byte[] {0}, text(clientId)));
    }

    RawClient publish3(int flags, int packetId, String topic, String payload) throws IOException {
        byte[] id = (flags & 6) == 0 ? new byte[0] : new byte[] {(byte) (packetId >> 8), (byte) packetId};
        return send(packet(0x30 | flags, text(topic), id, payload.getBytes(StandardCharsets.UTF_8)));
    }

    /** The properties are given with their length. */
    RawClient publish5(int flags, int packetId, String topic, String properties, String payload) throws IOException {
        byte[] id = (flags & 6) == 0 ? new byte[0] : new byte[] {(byte) (packetId >> 8), (byte) packetId};
        return send(packet(
                0x30 | flags,
                text(topic),
                id,
                HexFormat.of().parseHex(properties),
                payload.getBytes(StandardCharsets.UTF_8)));
    }

    /** The next packet in hexadecimal, or {@link #CLOSED}. Fails after five seconds of silence. */
    String read() throws IOException {
        try {
            int type = in.readUnsignedByte();
            int length = 0;
            int shift = 0;
            int digit;
            ByteArrayOutputStream packet = new ByteArrayOutputStream();
            packet.write(type);
            do {
                digit = in.readUnsignedByte();
                packet.write(digit);
                length |= (digit & 0x7F) << shift;
                shift += 7;
            } while ((digit & 0x80) != 0);
            packet.write(in.readNBytes(length));
            return HexFormat.of().formatHex(packet.toByteArray());
        } catch (EOFException | SocketException e) {
            return CLOSED;
        }
    }

    boolean hasNothingToRead(long millis) throws IOException, InterruptedException {
        Thread.sleep(millis);
        return in.available() == 0;
    }

    static byte[] packet(int first, byte[]... parts) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            body.write(part);
        }
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(first);
        int length = body.size();
        do {
            packet.write(length > 127 ? (length & 0x7F) | 0x80 : length);
            length >>= 7;
        } while (length > 0);
        packet.write(body.toByteArray());
        return packet.toByteArray();
    }

    static byte[] text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] counted = new byte[utf8.length + 2];
        counted[0] = (byte) (utf8.length >> 8);
        counted[1] = (byte) utf8.length;
        System.arraycopy(utf8, 0, counted, 2, utf8.length);
        return counted;
    }

    private static byte[] bytes(String hex, int twoBytes) {
        return HexFormat.of().parseHex(hex.replace(" ", "") + HexFormat.of().toHexDigits((short) twoBytes));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
