package io.fieldwatch.ingest;

import io.fieldwatch.telemetry.Catalogue;
import io.fieldwatch.telemetry.Kind;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.access.Principal;
import org.jspecify.annotations.Nullable;

/**
 * What a topic says about the payloads sent to it. A source keeps the route of its last topic, so that a topic that
 * repeats costs one comparison. Belongs to one thread.
 *
 * <ul>
 *   <li>{@code fieldwatch/v1/{kind}/{device}}: observations of one device
 *   <li>{@code fieldwatch/v1/{kind}}: observations that name their devices, as a gateway sends them
 *   <li>{@code fieldwatch/v1/{kind}/{device}/about}: the device describes itself
 * </ul>
 */
public final class TopicRoute {

    static final String PREFIX = "fieldwatch/v1/";
    private static final String ABOUT = "/about";
    /** Of a topic that cannot be used no more is kept: several times the longest that can. */
    private static final int REFUSED_CHARS_MAX = 1024;

    /** The route of nowhere. */
    static final TopicRoute NONE = new TopicRoute("", Principal.anyone(), RejectReason.UNKNOWN_TOPIC, "no topic");

    private final String topic;
    private final Principal principal;
    private final @Nullable Kind kind;
    private final @Nullable String device;
    private final boolean about;
    private final @Nullable RejectReason refusal;
    private final String detail;

    /** The number of {@link #device}, once it has one; kept here to spare the look-up. */
    int deviceNumber = -1;

    private TopicRoute(String topic, Principal principal, @Nullable Kind kind, @Nullable String device, boolean about) {
        this.topic = topic;
        this.principal = principal;
        this.kind = kind;
        this.device = device;
        this.about = about;
        this.refusal = null;
        this.detail = "";
    }

    private TopicRoute(String topic, Principal principal, RejectReason refusal, String detail) {
        this.topic = cut(topic);
        this.principal = principal;
        this.kind = null;
        this.device = null;
        this.about = false;
        this.refusal = refusal;
        this.detail = detail;
    }

    /** The same for whoever may write everything. */
    public static TopicRoute of(String topic, Catalogue catalogue) {
        return of(topic, catalogue, Principal.anyone());
    }

    /** Never fails: whatever is sent to a topic that cannot be used, or not by this sender, goes to quarantine. */
    public static TopicRoute of(String topic, Catalogue catalogue, Principal sender) {
        if (!topic.startsWith(PREFIX)) {
            return new TopicRoute(topic, sender, RejectReason.UNKNOWN_TOPIC, "topics begin with " + PREFIX);
        }
        int kindEnd = topic.indexOf('/', PREFIX.length());
        String kindName = topic.substring(PREFIX.length(), kindEnd < 0 ? topic.length() : kindEnd);
        @Nullable String device = kindEnd < 0 ? null : topic.substring(kindEnd + 1);
        boolean about = device != null && device.endsWith(ABOUT);
        if (device != null && about) {
            device = device.substring(0, device.length() - ABOUT.length());
        }
        if (device != null && device.indexOf('/') >= 0) {
            return new TopicRoute(topic, sender, RejectReason.UNKNOWN_TOPIC, "too many levels");
        }
        @Nullable Kind kind = catalogue.kindOrNull(kindName);
        if (kind == null) {
            return new TopicRoute(topic, sender, RejectReason.UNKNOWN_KIND, "no kind " + DeviceIds.quoted(kindName));
        }
        if (device != null && !DeviceIds.valid(device)) {
            return new TopicRoute(topic, sender, RejectReason.BAD_DEVICE_ID, "device " + DeviceIds.quoted(device));
        }
        if (device != null && !sender.mayWrite(kind.name(), device)) {
            return new TopicRoute(topic, sender, RejectReason.NOT_ALLOWED, notAllowed(sender, device));
        }
        return new TopicRoute(topic, sender, kind, device, about);
    }

    /** An alias of two bytes could else put a topic of 64 KiB into the log again and again. */
    private static String cut(String topic) {
        if (topic.length() <= REFUSED_CHARS_MAX) {
            return topic;
        }
        boolean splitsPair = Character.isHighSurrogate(topic.charAt(REFUSED_CHARS_MAX - 1));
        return topic.substring(0, splitsPair ? REFUSED_CHARS_MAX - 1 : REFUSED_CHARS_MAX);
    }

    private static String notAllowed(Principal sender, String device) {
        return DeviceIds.quoted(sender.username()) + " may not write for " + DeviceIds.quoted(device);
    }

    /** As it came, or its beginning where it is long and cannot be used. */
    public String topic() {
        return topic;
    }

    /** Null exactly when there is a {@link #refusal}. */
    @Nullable
    Kind kind() {
        return kind;
    }

    /** Null for a gateway's topic. */
    @Nullable
    String device() {
        return device;
    }

    /** Whether the sender may write for a device that the payload names. */
    boolean allows(String named) {
        return kind != null && principal.mayWrite(kind.name(), named);
    }

    /** Why {@link #allows} said no. */
    String notAllowed(String named) {
        return notAllowed(principal, named);
    }

    boolean about() {
        return about;
    }

    /** Why nothing sent to this topic can be used; null when it can. */
    public @Nullable RejectReason refusal() {
        return refusal;
    }

    String detail() {
        return detail;
    }
}
