package io.fieldwatch.ingest.mqtt;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A CONNECT of MQTT 5 (3.1), 3.1.1 or 3.1, which differs from 3.1.1 only by its name.
 *
 * @param version 5, 4 for 3.1.1 or 3 for 3.1
 * @param clientId may be empty
 * @param keepAliveSeconds 0 for none
 * @param answerBytesMax the largest packet the client takes
 * @param sessionExpirySeconds 0 in 3.1.1, which has none
 * @param will null when there is none
 * @param username null when there is none; may be empty
 * @param password null when there is none
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes as received; nobody compares two of these
record ConnectPacket(
        int version,
        boolean cleanStart,
        String clientId,
        int keepAliveSeconds,
        long answerBytesMax,
        long sessionExpirySeconds,
        boolean hasAuthenticationMethod,
        @Nullable Will will,
        @Nullable String username,
        byte @Nullable [] password) {

    private static final int CLEAN_START = 1 << 1;
    private static final int WILL = 1 << 2;
    private static final int WILL_RETAIN = 1 << 5;
    private static final int PASSWORD = 1 << 6;
    private static final int USERNAME = 1 << 7;

    /** A message left with the server for the case that the connection breaks. */
    record Will(String topic, byte[] payload, int qos, boolean retain) {}

    boolean isVersion5() {
        return version == 5;
    }

    /** The version that a name and a level stand for, or 0 for none that can be spoken here. */
    static int version(Body body) {
        int length = body.u16();
        int from = body.at();
        body.skip(length);
        String name = body.buffer().toString(from, length, StandardCharsets.US_ASCII);
        int level = body.u8();
        if (name.equals("MQTT")) {
            if (level == 4 || level == 5) {
                return level;
            }
            throw new UnknownVersion(level > 5);
        }
        if (name.equals("MQIsdp")) {
            if (level == 3) {
                return level;
            }
            throw new UnknownVersion(false);
        }
        throw Ending.MALFORMED_PACKET.violation;
    }

    /** Reads what follows the protocol's name and level. */
    static ConnectPacket read(int version, Body body, Properties properties) {
        int flags = body.u8();
        checkFlags(flags, version);
        int keepAliveSeconds = body.u16();
        long answerBytesMax = Long.MAX_VALUE;
        long sessionExpirySeconds = 0;
        boolean hasAuthenticationMethod = false;
        if (version == 5) {
            properties.read(body, Properties.CONNECT);
            answerBytesMax = properties.maximumPacketSize();
            sessionExpirySeconds = properties.sessionExpirySeconds();
            hasAuthenticationMethod = properties.hasAuthenticationMethod();
        }
        String clientId = body.text();
        @Nullable Will will = (flags & WILL) == 0 ? null : will(flags, version, body, properties);
        @Nullable String username = (flags & USERNAME) == 0 ? null : body.text();
        byte @Nullable [] password = (flags & PASSWORD) == 0 ? null : body.binary();
        body.finish();
        return new ConnectPacket(
                version,
                (flags & CLEAN_START) != 0,
                clientId,
                keepAliveSeconds,
                answerBytesMax,
                sessionExpirySeconds,
                hasAuthenticationMethod,
                will,
                username,
                password);
    }

    private static void checkFlags(int flags, int version) {
        boolean reserved = (flags & 1) != 0 && version > 3; // 3.1.2-3
        boolean willless = (flags & WILL) == 0 && ((flags & WILL_RETAIN) != 0 || willQos(flags) != 0);
        boolean passwordAlone = version < 5 && (flags & PASSWORD) != 0 && (flags & USERNAME) == 0;
        if (reserved || willless || passwordAlone || willQos(flags) == 3) {
            throw Ending.MALFORMED_PACKET.violation;
        }
    }

    private static Will will(int flags, int version, Body body, Properties properties) {
        if (version == 5) {
            properties.read(body, Properties.WILL);
        }
        return new Will(body.text(), body.binary(), willQos(flags), (flags & WILL_RETAIN) != 0);
    }

    private static int willQos(int flags) {
        return flags >> 3 & 3;
    }

    /** A CONNECT of a version that cannot be spoken here, but can be answered in. */
    static final class UnknownVersion extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final boolean isNewer;

        UnknownVersion(boolean isNewer) {
            super(null, null, false, false);
            this.isNewer = isNewer;
        }

        /** Whether it comes after MQTT 5, and so can be answered as that. */
        boolean isNewer() {
            return isNewer;
        }
    }
}
