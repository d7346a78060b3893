package io.fieldwatch.ingest.mqtt;

import io.netty.buffer.ByteBuf;

/**
 * SUBSCRIBE and UNSUBSCRIBE, read in place. Nobody may subscribe; but a mere refusal is one thing, a packet against the
 * protocol or against what CONNACK had told an MQTT 5 client is another, and ends the connection.
 */
final class Subscriptions {

    private static final byte[] SHARE = {'$', 's', 'h', 'a', 'r', 'e', '/'};
    private static final int SUBSCRIBE_OPTION_NO_LOCAL = 1 << 2;

    private Subscriptions() {}

    /** Reads the filters of a SUBSCRIBE; answers how many, at least one. */
    static int read(Body body, boolean isVersion5, boolean hasIdentifier) {
        int filters = 0;
        while (body.left() > 0) {
            Filter filter = filter(body);
            checkOptions(body.u8(), isVersion5, filter.isShared);
            if (isVersion5) {
                filter.refuse();
            }
            filters++;
        }
        if (filters == 0) {
            throw Ending.MALFORMED_PACKET.violation; // 3.8.3-2, 3.10.3-2
        }
        if (hasIdentifier) {
            throw Ending.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED.violation;
        }
        return filters;
    }

    /** Reads the filters of an UNSUBSCRIBE; answers how many, at least one. */
    static int readUnsubscribe(Body body) {
        int filters = 0;
        while (body.left() > 0) {
            filter(body);
            filters++;
        }
        if (filters == 0) {
            throw Ending.MALFORMED_PACKET.violation; // 3.8.3-2, 3.10.3-2
        }
        return filters;
    }

    private static void checkOptions(int options, boolean isVersion5, boolean isShared) {
        boolean malformed = isVersion5
                ? (options & 0xC0) != 0 || (options & 3) == 3 || (options >> 4 & 3) == 3
                : (options & 0xFC) != 0 || (options & 3) == 3;
        if (malformed) {
            throw Ending.MALFORMED_PACKET.violation;
        }
        if (isShared && isVersion5 && (options & SUBSCRIBE_OPTION_NO_LOCAL) != 0) {
            throw Ending.PROTOCOL_ERROR.violation; // 3.8.3-4
        }
    }

    /** What a topic filter is (4.7.1, 4.8.2). */
    private enum Filter {
        PLAIN(false),
        WILDCARD(false),
        SHARED(true);

        private final boolean isShared;

        Filter(boolean isShared) {
            this.isShared = isShared;
        }

        private void refuse() {
            switch (this) {
                case PLAIN -> {}
                case WILDCARD -> throw Ending.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED.violation;
                case SHARED -> throw Ending.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED.violation;
            }
        }
    }

    private static Filter filter(Body body) {
        ByteBuf in = body.buffer();
        int length = body.left() < 2 ? 0 : in.getUnsignedShort(body.at());
        int from = body.at() + 2;
        body.skipText();
        int end = body.at();
        if (length == 0) {
            throw Ending.MALFORMED_PACKET.violation; // 4.7.3-1
        }
        if (startsWithShare(in, from, end)) {
            return sharedFilter(in, from + SHARE.length, end);
        }
        return wildcard(in, from, end) ? Filter.WILDCARD : Filter.PLAIN;
    }

    private static boolean startsWithShare(ByteBuf in, int from, int end) {
        if (end - from < SHARE.length) {
            return false;
        }
        for (int i = 0; i < SHARE.length; i++) {
            if (in.getByte(from + i) != SHARE[i]) {
                return false;
            }
        }
        return true;
    }

    /** {@code $share/name/filter}: the name is not empty and has no wildcard (4.8.2-1, -2). */
    private static Filter sharedFilter(ByteBuf in, int from, int end) {
        int slash = from;
        while (slash < end && in.getByte(slash) != '/') {
            if (isWildcard(in.getByte(slash))) {
                throw Ending.MALFORMED_PACKET.violation;
            }
            slash++;
        }
        if (slash == from || slash + 1 >= end) {
            throw Ending.PROTOCOL_ERROR.violation;
        }
        wildcard(in, slash + 1, end);
        return Filter.SHARED;
    }

    /** Whether there are wildcards; each must have its level to itself, and # the last one (4.7.1-1, -2). */
    private static boolean wildcard(ByteBuf in, int from, int end) {
        boolean found = false;
        for (int i = from; i < end; i++) {
            byte c = in.getByte(i);
            if (isWildcard(c)) {
                boolean begins = i == from || in.getByte(i - 1) == '/';
                boolean ends = i + 1 == end || (c == '+' && in.getByte(i + 1) == '/');
                if (!begins || !ends) {
                    throw Ending.MALFORMED_PACKET.violation;
                }
                found = true;
            }
        }
        return found;
    }

    private static boolean isWildcard(byte c) {
        return c == '+' || c == '#';
    }
}
