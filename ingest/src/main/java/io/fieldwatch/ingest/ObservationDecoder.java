package io.fieldwatch.ingest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.fieldwatch.telemetry.BlockWriter;
import io.fieldwatch.telemetry.DeviceDefinition;
import io.fieldwatch.telemetry.DeviceOffline;
import io.fieldwatch.telemetry.RejectReason;
import io.fieldwatch.telemetry.RejectedInput;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns JSON payloads straight into records of a block: no tree, no map, no object per observation.
 *
 * <p>A payload is in a block whole or not at all. What cannot be an observation becomes a REJECTED record with its own
 * bytes: the whole payload when it is not well-formed JSON or its topic cannot be used, else only the element that is
 * wrong.
 *
 * <p>The first time a device appears in what this decoder writes, its DEVICE record goes before it. So the blocks that
 * one decoder writes into must reach the log in the order in which they were written, and none may be left out. One
 * thread at a time; one decoder for each run of blocks.
 */
public final class ObservationDecoder {

    private static final String NOT_ONE_VALUE = "nothing at all, or something behind the JSON value";
    private static final String NO_MORE_DEVICES = "no room for more devices";

    private final DefinedDevices devices;
    private final TimeRules times;
    private final ObjectReader object;
    private final @Nullable PlainReader plain;
    private final DescriptionReader description = new DescriptionReader();
    private final BooleanSupplier said = this::write;
    private final BooleanSupplier gone = this::writeOffline;
    private final BoundedJson json = new BoundedJson();

    private byte[] copied = new byte[1024];

    private byte[] bytes = copied;
    private int from;
    private int length;
    private TopicRoute route = TopicRoute.NONE;
    private String source = "";
    private long arrivalMicros;
    private BlockWriter block = new BlockWriter();

    private int accepted;
    private int quarantined;
    private int described;
    private @Nullable RejectReason firstRefusal;

    public ObservationDecoder(DeviceNumbers devices, IngestConfig config) {
        this(devices, config, true);
    }

    /** @param takesShortCut whether plain payloads are read by {@link PlainReader}; the result is the same */
    ObservationDecoder(DeviceNumbers devices, IngestConfig config, boolean takesShortCut) {
        this.devices = new DefinedDevices(devices);
        times = new TimeRules(config);
        object = new ObjectReader(times);
        plain = takesShortCut ? new PlainReader(times, new NamedDevices(devices), this::takePlain) : null;
    }

    /**
     * Writes what the payload says into the block. Marks the block; the caller's own mark is lost.
     *
     * @param source who sent it, for the quarantine
     * @param payload read from its reader index to its end; neither moved nor released
     * @param arrivalMicros when it came in, microseconds since 1970
     * @return false when it does not fit what is left of the block: then nothing of it is there, and the same payload
     *     belongs into the next block. An empty block takes anything
     */
    public boolean decode(TopicRoute route, String source, ByteBuf payload, long arrivalMicros, BlockWriter block) {
        begin(route, source, payload, arrivalMicros, block);
        return whole(said);
    }

    /**
     * Writes that a device is gone, or why that cannot be. Marks the block; the caller's own mark is lost.
     *
     * @param route of the device's topic
     * @param left what the device left to be said
     * @return as {@link #decode}
     */
    public boolean offline(TopicRoute route, String source, ByteBuf left, long arrivalMicros, BlockWriter block) {
        begin(route, source, left, arrivalMicros, block);
        return whole(gone);
    }

    /** Observations written by the last {@link #decode}. */
    public int accepted() {
        return accepted;
    }

    /** REJECTED records written by the last {@link #decode}. */
    public int quarantined() {
        return quarantined;
    }

    /** Descriptions of devices written by the last {@link #decode}. */
    public int described() {
        return described;
    }

    /** Reason of the first REJECTED record written by the last {@link #decode}, or null. */
    public @Nullable RejectReason firstRefusal() {
        return firstRefusal;
    }

    private void begin(TopicRoute route, String source, ByteBuf payload, long arrivalMicros, BlockWriter block) {
        this.route = route;
        this.source = source;
        this.arrivalMicros = arrivalMicros;
        this.block = block;
        take(payload);
        devices.begin();
        clearCounts();
    }

    /** Lets it write all or nothing. */
    private boolean whole(BooleanSupplier writing) {
        block.mark();
        boolean empty = block.isEmpty();
        try {
            if (writing.getAsBoolean()) {
                return true;
            }
        } catch (RuntimeException e) {
            undo(); // a defect must not leave half a payload behind
            throw e;
        }
        undo();
        return empty && rejectTooLarge();
    }

    /** All of these answer false when the block is full. */
    private boolean write() {
        @Nullable RejectReason refusal = route.refusal();
        if (refusal != null) {
            return reject(refusal, route.detail(), from, length);
        }
        if (plain != null && !route.about()) {
            int outcome = readPlain(plain);
            if (outcome != PlainReader.NOT_PLAIN) {
                return outcome == PlainReader.DONE;
            }
        }
        if (!BoundedJson.looksUtf8(bytes, from, length)) {
            return reject(RejectReason.MALFORMED_JSON, "not JSON in UTF-8", from, length);
        }
        try (JsonParser parser = json.parser(bytes, from, length)) {
            return route.about() ? describe(parser) : observe(parser);
        } catch (JsonProcessingException e) {
            undo();
            return reject(RejectReason.MALFORMED_JSON, BoundedJson.problem(e), from, length);
        } catch (IOException e) {
            undo(); // bytes in memory: only their encoding can be at fault
            return reject(RejectReason.MALFORMED_JSON, DeviceIds.quoted(String.valueOf(e.getMessage())), from, length);
        }
    }

    private boolean writeOffline() {
        @Nullable RejectReason refusal = route.refusal();
        if (refusal != null) {
            return reject(refusal, route.detail(), from, length);
        }
        @Nullable String id = route.device();
        if (id == null) {
            return reject(RejectReason.BAD_DEVICE_ID, "a will's topic names no device", from, length);
        }
        int number = devices.number(route, id);
        if (number < 0) {
            return reject(RejectReason.BAD_DEVICE_ID, NO_MORE_DEVICES, from, length);
        }
        String text = new String(bytes, from, Math.min(length, DeviceOffline.DETAIL_CHARS_MAX), StandardCharsets.UTF_8);
        return define(number, id)
                && block.offline(new DeviceOffline(kindNumber(), number, arrivalMicros, DeviceIds.cleaned(text)));
    }

    private int readPlain(PlainReader reader) {
        times.mark();
        int outcome = reader.read(bytes, from, length, route, arrivalMicros, block);
        if (outcome == PlainReader.NOT_PLAIN) {
            times.rollback();
            undo();
        }
        return outcome;
    }

    private int takePlain(int namedNumber, String id, long timeMicros, int quality) {
        int number = namedNumber < 0 ? devices.number(route, id) : namedNumber;
        if (number < 0) {
            return PlainReader.NOT_PLAIN;
        }
        return commit(number, id, timeMicros, quality) ? PlainReader.DONE : PlainReader.FULL;
    }

    private boolean observe(JsonParser parser) throws IOException {
        @Nullable JsonToken token = parser.nextToken();
        if (token == JsonToken.START_ARRAY) {
            return observeElements(parser);
        }
        boolean isObject = token == JsonToken.START_OBJECT;
        if (isObject) {
            object.read(parser, route, arrivalMicros, block);
        }
        if (token == null || parser.nextToken() != null) {
            return reject(RejectReason.MALFORMED_JSON, NOT_ONE_VALUE, from, length);
        }
        return isObject
                ? commitObject(from, length)
                : reject(RejectReason.NOT_AN_OBSERVATION, "a single value", from, length);
    }

    private boolean observeElements(JsonParser parser) throws IOException {
        int elements = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements++;
            int start = from + (int) parser.currentTokenLocation().getByteOffset();
            boolean isObject = token == JsonToken.START_OBJECT;
            if (isObject) {
                object.read(parser, route, arrivalMicros, block);
            } else {
                parser.skipChildren();
                parser.finishToken();
            }
            int size = from + (int) parser.currentLocation().getByteOffset() - start;
            boolean fits = isObject
                    ? commitObject(start, size)
                    : reject(RejectReason.NOT_AN_OBSERVATION, "an element that is no object", start, size);
            if (!fits) {
                return false;
            }
        }
        if (parser.nextToken() != null) {
            undo();
            return reject(RejectReason.MALFORMED_JSON, NOT_ONE_VALUE, from, length);
        }
        return elements > 0 || reject(RejectReason.NOT_AN_OBSERVATION, "an empty array", from, length);
    }

    private boolean commitObject(int start, int size) {
        @Nullable RejectReason refusal = object.refusal();
        if (refusal != null) {
            return reject(refusal, object.detail(), start, size);
        }
        String id = object.device();
        if (route.device() == null && !route.allows(id)) {
            return reject(RejectReason.NOT_ALLOWED, route.notAllowed(id), start, size);
        }
        int number = devices.number(route, id);
        if (number < 0) {
            return reject(RejectReason.BAD_DEVICE_ID, NO_MORE_DEVICES, start, size);
        }
        return commit(number, id, object.timeMicros(), object.quality());
    }

    /** Writes the observation that the block writer has begun. */
    private boolean commit(int number, String id, long timeMicros, int quality) {
        if (!define(number, id)) {
            return false;
        }
        block.assign(number);
        if (!block.commit(timeMicros, arrivalMicros / 1000, quality)) {
            return false;
        }
        accepted++;
        return true;
    }

    private boolean describe(JsonParser parser) throws IOException {
        @Nullable JsonToken token = parser.nextToken();
        boolean isObject = token == JsonToken.START_OBJECT;
        if (isObject) {
            description.read(parser);
        } else if (token != null) {
            parser.skipChildren();
        }
        if (token == null || parser.nextToken() != null) {
            return reject(RejectReason.MALFORMED_JSON, NOT_ONE_VALUE, from, length);
        }
        if (!isObject) {
            return reject(RejectReason.NOT_AN_OBSERVATION, "a description is an object", from, length);
        }
        @Nullable RejectReason refusal = description.refusal();
        if (refusal != null) {
            return reject(refusal, description.detail(), from, length);
        }
        String id = Objects.requireNonNull(route.device());
        int number = devices.number(route, id);
        if (number < 0) {
            return reject(RejectReason.BAD_DEVICE_ID, NO_MORE_DEVICES, from, length);
        }
        if (!block.device(description.of(number, kindNumber(), id))) {
            return false;
        }
        devices.add(number);
        described++;
        return true;
    }

    private boolean define(int number, String id) {
        if (!devices.has(number)) {
            if (!block.device(DeviceDefinition.undescribed(number, kindNumber(), id))) {
                return false;
            }
            devices.add(number);
        }
        return true;
    }

    private boolean reject(RejectReason reason, String detail, int start, int size) {
        byte[] payload = Arrays.copyOfRange(bytes, start, start + size);
        RejectedInput input = new RejectedInput(reason, arrivalMicros / 1000, source, route.topic(), payload, detail);
        if (!block.reject(input)) {
            return false;
        }
        quarantined++;
        if (firstRefusal == null) {
            firstRefusal = reason;
        }
        return true;
    }

    /** The block is empty and yet too small: keep as much of the payload as goes in. */
    private boolean rejectTooLarge() {
        for (int kept = length; kept > 0; kept /= 2) {
            String detail = length + " bytes do not become a block; " + kept + " of them are kept";
            if (reject(RejectReason.TOO_LARGE, detail, from, kept)) {
                return true;
            }
        }
        return reject(RejectReason.TOO_LARGE, length + " bytes do not become a block; none is kept", from, 0);
    }

    /** Takes back everything of this payload, definitions of devices included. */
    private void undo() {
        block.rollback();
        devices.undo();
        clearCounts();
    }

    private void clearCounts() {
        accepted = 0;
        quarantined = 0;
        described = 0;
        firstRefusal = null;
    }

    private int kindNumber() {
        return Objects.requireNonNull(route.kind()).number();
    }

    private void take(ByteBuf payload) {
        length = payload.readableBytes();
        if (payload.hasArray()) {
            bytes = payload.array();
            from = payload.arrayOffset() + payload.readerIndex();
            return;
        }
        if (copied.length < length) {
            copied = new byte[Math.max(length, copied.length * 2)];
        }
        payload.getBytes(payload.readerIndex(), copied, 0, length);
        bytes = copied;
        from = 0;
    }
}
