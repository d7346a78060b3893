package io.fieldwatch.ingest.mqtt;

import io.fieldwatch.ingest.TopicRoute;
import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.access.Principal;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The topics of one connection's PUBLISH packets, with the aliases of MQTT 5 (3.3.2.3.4). The last {@value #REMEMBERED}
 * topics are known by their bytes, so that one that comes again costs a comparison and makes no text.
 */
final class PublishTopics {

    private static final int REMEMBERED = 4;
    private static final int REMEMBERED_BYTES_MAX = 1024;

    private final Catalogue catalogue;
    private Principal principal;
    private @Nullable Known last;
    private @Nullable Known @Nullable [] others;
    private int replace;
    private @Nullable TopicRoute @Nullable [] aliases;

    /** A topic as it comes and where it leads. The bytes are kept eight to a word, for they are compared so. */
    private static final class Known {

        private static final int WORD = Long.BYTES;

        private final long[] words;
        private final int length;
        private final TopicRoute route;

        Known(ByteBuf in, int from, int length, TopicRoute route) {
            this.length = length;
            this.route = route;
            words = new long[(length + WORD - 1) / WORD];
            for (int i = 0; i < words.length; i++) {
                words[i] = word(in, from, length, i);
            }
        }

        boolean is(ByteBuf in, int from, int otherLength) {
            if (length != otherLength) {
                return false;
            }
            // From the end: topics of one city begin alike.
            for (int i = words.length - 1; i >= 0; i--) {
                if (words[i] != word(in, from, length, i)) {
                    return false;
                }
            }
            return true;
        }

        /** The last word overlaps the one before it; a topic shorter than a word is read byte by byte. */
        private static long word(ByteBuf in, int from, int length, int number) {
            if (length >= WORD) {
                return in.getLong(from + Math.min(number * WORD, length - WORD));
            }
            long word = 0;
            for (int i = 0; i < length; i++) {
                word = word << 8 | in.getUnsignedByte(from + i);
            }
            return word;
        }
    }

    PublishTopics(Catalogue catalogue, Principal principal) {
        this.catalogue = catalogue;
        this.principal = principal;
    }

    /** From now on the connection speaks for this one: nothing known holds any more. */
    void become(Principal other) {
        principal = other;
        last = null;
        others = null;
        aliases = null;
    }

    /**
     * Where a PUBLISH with this topic and no alias goes.
     *
     * @throws Violation when it is empty or no topic name
     */
    TopicRoute route(ByteBuf in, int from, int length) {
        Known known = last;
        if (known != null && known.is(in, from, length)) {
            return known.route;
        }
        if (length == 0) {
            throw Ending.PROTOCOL_ERROR.violation;
        }
        return remembered(in, from, length);
    }

    /**
     * The same with an alias, which is given or used.
     *
     * @throws Violation also when the alias is out of range or not given yet
     */
    TopicRoute route(ByteBuf in, int from, int length, int alias) {
        if (alias < 1 || alias > Packets.TOPIC_ALIAS_MAXIMUM) {
            throw Ending.TOPIC_ALIAS_INVALID.violation;
        }
        if (aliases == null) {
            aliases = new TopicRoute[Packets.TOPIC_ALIAS_MAXIMUM + 1];
        }
        if (length > 0) {
            TopicRoute route = route(in, from, length);
            aliases[alias] = route;
            return route;
        }
        TopicRoute meant = aliases[alias];
        if (meant == null) {
            throw Ending.PROTOCOL_ERROR.violation;
        }
        return meant;
    }

    /** The topic of a will, as {@link ConnectPacket} has it: a text already. */
    static boolean isTopicName(String topic) {
        return !topic.isEmpty() && topic.indexOf('+') < 0 && topic.indexOf('#') < 0;
    }

    private TopicRoute remembered(ByteBuf in, int from, int length) {
        @Nullable Known[] all = others;
        if (all != null) {
            for (int i = 0; i < all.length; i++) {
                Known known = all[i];
                if (known != null && known.is(in, from, length)) {
                    all[i] = last;
                    last = known;
                    return known.route;
                }
            }
        }
        TopicRoute route = TopicRoute.of(topic(in, from, length), catalogue, principal);
        if (length > REMEMBERED_BYTES_MAX) {
            return route; // none that can be used is so long
        }
        Known known = new Known(in, from, length, route);
        remember(known);
        return known.route;
    }

    private void remember(Known known) {
        if (last != null) {
            if (others == null) {
                others = new Known[REMEMBERED - 1];
            }
            others[replace] = last;
            replace = (replace + 1) % others.length;
        }
        last = known;
    }

    private static String topic(ByteBuf in, int from, int length) {
        if (!Utf8.valid(in, from, from + length)) {
            throw Ending.MALFORMED_PACKET.violation;
        }
        String topic = in.toString(from, length, StandardCharsets.UTF_8);
        if (!isTopicName(topic)) {
            throw Ending.MALFORMED_PACKET.violation; // 3.3.2-2
        }
        return topic;
    }
}
